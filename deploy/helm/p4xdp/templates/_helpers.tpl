{{- define "p4xdp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "p4xdp.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "p4xdp.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "p4xdp.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "p4xdp.selectorLabels" -}}
app.kubernetes.io/name: {{ include "p4xdp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "p4xdp.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "p4xdp.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "p4xdp.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "p4xdp.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The address to listen on, or a refusal where everybody could change the nodes. */}}
{{- define "p4xdp.address" -}}
{{- $address := default (ternary "0.0.0.0" "127.0.0.1" .Values.tls.enabled) .Values.listen.address }}
{{- if not (or .Values.tls.enabled .Values.listen.allowPlaintext (include "p4xdp.isLoopback" $address)) }}
{{- fail (printf "%s without TLS: whoever reaches it can change what the nodes run. Set tls.enabled, or listen.allowPlaintext" $address) }}
{{- end }}
{{- $address }}
{{- end }}

{{/* Not empty for an address that only the node itself reaches. */}}
{{- define "p4xdp.isLoopback" -}}
{{- if or (hasPrefix "127." .) (eq . "[::1]") }}yes{{ end }}
{{- end }}

{{/*
The kubelet asks gRPC's health service at the pod's address and in plain text only: with TLS, or where the server listens on another address, it is asked whether it takes connections.
*/}}
{{- define "p4xdp.probe" -}}
{{- $address := include "p4xdp.address" . }}
{{- if include "p4xdp.isLoopback" $address }}
tcpSocket:
  host: {{ $address | trimPrefix "[" | trimSuffix "]" | quote }}
  port: p4runtime
{{- else if .Values.tls.enabled }}
tcpSocket:
  port: p4runtime
{{- else }}
grpc:
  port: {{ .Values.listen.port }}
{{- end }}
{{- end }}
