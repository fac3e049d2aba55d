"""Messages, fields, numbers, types and methods as lines, as `p4runtime/tests/fields.txt` has them: from protobuf's descriptions of files."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

Field = FieldDescriptorProto


def of_file(described):
    """The lines of a file, from its description or its module, in the order of the file."""
    if not isinstance(described, FileDescriptorProto):
        described = FileDescriptorProto.FromString(described.DESCRIPTOR.serialized_pb)
    package = described.package
    lines = []
    for message in described.message_type:
        lines += of_message(package, message)
    for enum in described.enum_type:
        lines += of_enum(package, enum)
    for service in described.service:
        lines += [of_method(f"{package}.{service.name}", method) for method in service.method]
    return lines


def of_message(outer, message):
    name = f"{outer}.{message.name}"
    maps = {f".{name}.{entry.name}": entry for entry in message.nested_type if entry.options.map_entry}
    lines = [f"{name}.{field.name} {field.number} {type_of(message, maps, field)}" for field in message.field] or [name]
    for nested in message.nested_type:
        if not nested.options.map_entry:
            lines += of_message(name, nested)
    for enum in message.enum_type:
        lines += of_enum(name, enum)
    return lines


def of_enum(outer, enum):
    return [f"{outer}.{enum.name}.{value.name} {value.number}" for value in enum.value]


def type_of(message, maps, field):
    if field.type_name in maps:
        return "map<" + ",".join(type_of(message, maps, part) for part in maps[field.type_name].field) + ">"
    label = "repeated " if field.label == Field.LABEL_REPEATED else ""
    name = field.type_name.lstrip(".") or Field.Type.Name(field.type)[5:].lower()
    oneof = f" of {message.oneof_decl[field.oneof_index].name}" if field.HasField("oneof_index") else ""
    return label + name + oneof


def of_method(service, method):
    def message(name, is_stream):
        return ("stream " if is_stream else "") + name.lstrip(".")

    request = message(method.input_type, method.client_streaming)
    response = message(method.output_type, method.server_streaming)
    return f"{service}.{method.name} ({request}) ({response})"
