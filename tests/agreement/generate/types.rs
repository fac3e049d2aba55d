//! Random types: headers, unions, structs and tuples, and the struct of all headers.

use super::Generator;
use super::scope::{HeaderType, HeaderVar, Scope, StackVar, StructType, UnionStackVar, UnionVar};
use crate::tree::{CHOICES, CODES, ERRORS, Kind, Tree, Ty};

/// The enums and errors that every program declares.
pub fn enums() -> Vec<Tree> {
    let codes: Vec<String> = CODES.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    vec![
        Tree::item(format!("enum choice_t {{ {} }}\n", CHOICES.join(", "))),
        Tree::item(format!("enum bit<8> code_t {{ {} }}\n", codes.join(", "))),
        Tree::item(format!("error {{ {} }}\n", ERRORS[ERRORS.len() - 1])),
    ]
}

impl Generator {
    pub(super) fn header_type(&mut self) -> Tree {
        let name = self.header_types.len();
        let most = if self.size.compiles.is_some() || self.random.percent(95) { 190 } else { 4000 };
        let mut fields = Vec::new();
        let mut offsets = vec![0];
        let mut bits = 0;
        let mut add = |name: String, ty: Ty| {
            bits += ty.width() as usize;
            offsets.push(bits);
            fields.push((name, ty));
            bits
        };
        let mut used = 0;
        for i in 0..self.random.between(1, 6) {
            let ty = if self.random.percent(35) {
                Ty::Bit(self.random.of(&[8, 16, 32]))
            } else {
                self.field_type()
            };
            let ty = if ty.width() > most { Ty::Bit(8) } else { ty };
            if used + ty.width() > most {
                break;
            }
            used = add(format!("f{i}"), ty) as u32;
        }
        let within_byte = used % 8 != 0 && self.odd && self.random.percent(50);
        if used % 8 != 0 && !within_byte {
            add("pad".to_owned(), Ty::Bit(8 - used % 8));
        }
        let varbit = (name > 0 && !within_byte && self.random.percent(15 / self.size.part()))
            .then(|| self.random.of(&[32, 64, 120, 320]));
        // It begins with a byte.
        let places: Vec<usize> =
            (0..=fields.len()).filter(|i| offsets.get(*i).is_some_and(|bits| bits % 8 == 0)).collect();
        let front = match varbit {
            Some(_) if self.random.percent(40) => self.random.of(&places),
            Some(_) | None => fields.len(),
        };
        let mut tree = Tree::new(Kind::Item).text(format!("header t{name} {{\n"));
        for i in 0..=fields.len() {
            if let Some(most) = varbit.filter(|_| i == front) {
                let tag =
                    if i < fields.len() { "type: varbit in front of fields" } else { "type: varbit field" };
                tree = tree.tree(Tree::item(format!("    varbit<{most}> vb;\n")).tag(tag));
            }
            if let Some((name, ty)) = fields.get(i) {
                tree = tree.tree(Tree::item(format!("    {} {name};\n", ty.text())));
            }
        }
        self.header_types.push(HeaderType { fields, varbit, front, offsets });
        tree.text("}\n").tag(if within_byte {
            "type: header that ends within a byte"
        } else {
            "type: header"
        })
    }

    /// Fields of the struct of all headers.
    pub(super) fn header_members(&mut self) -> Vec<Tree> {
        let mut members = Vec::new();
        for ty in 0..self.header_types.len() {
            for _ in 0..self.random.between(1, 2) {
                let name = self.fresh("h");
                members.push(Tree::item(format!("    t{ty} {name};\n")));
                self.headers.push(HeaderVar { text: name, ty, writable: true, in_union: false });
            }
        }
        if self.random.percent(45) {
            let ty = match self.random.percent(60) {
                true => self.plain_header(),
                false => self.random.below(self.header_types.len()),
            };
            let size = self.random.between(1, 4);
            let name = self.fresh("s");
            members.push(Tree::item(format!("    t{ty}[{size}] {name};\n")).tag("type: header stack"));
            self.stacks.push(StackVar { text: name, ty, size });
            if self.random.percent(30) {
                let name = self.fresh("s");
                members.push(Tree::item(format!("    t{ty}[{size}] {name};\n")).tag("type: header stack"));
                self.stacks.push(StackVar { text: name, ty, size });
            }
        }
        members
    }

    /// A header type without a varbit field.
    pub(super) fn plain_header(&mut self) -> usize {
        let plain: Vec<usize> =
            (0..self.header_types.len()).filter(|t| self.header_types[*t].varbit.is_none()).collect();
        self.random.of(&plain)
    }

    /// Union types, and fields of the struct of all headers.
    pub(super) fn union_members(&mut self) -> (Vec<Tree>, Vec<Tree>) {
        if !self.random.percent(25) {
            return (Vec::new(), Vec::new());
        }
        let types: Vec<usize> = (0..self.random.between(2, 3)).map(|_| self.plain_header()).collect();
        let mut tree = Tree::new(Kind::Item).text("header_union u0 {\n");
        for (i, ty) in types.iter().enumerate() {
            tree = tree.text(format!("    t{ty} m{i};\n"));
        }
        let mut fields = Vec::new();
        for _ in 0..self.random.between(1, 2) {
            let name = self.fresh("u");
            fields.push(Tree::item(format!("    u0 {name};\n")));
            for (i, ty) in types.iter().enumerate() {
                let text = format!("{name}.m{i}");
                self.headers.push(HeaderVar { text, ty: *ty, writable: true, in_union: true });
            }
            self.unions.push(UnionVar { text: name, ty: 0 });
        }
        if self.random.percent(40) {
            let (size, name) = (self.random.between(1, 3), self.fresh("us"));
            fields.push(Tree::item(format!("    u0[{size}] {name};\n")).tag("type: stack of unions"));
            self.union_stacks.push(UnionStackVar { text: name, size, members: types });
        }
        (vec![tree.text("}\n").tag("type: header union")], fields)
    }

    /// A struct type, or a tuple, which has no declaration.
    pub(super) fn struct_type(&mut self) -> Tree {
        let types: Vec<Ty> = (0..self.random.between(1, 3)).map(|_| self.some_type()).collect();
        if self.random.percent(30) {
            let texts: Vec<String> = types.iter().map(|ty| ty.text()).collect();
            let fields = types.iter().enumerate().map(|(i, ty)| (format!("[{i}]"), *ty)).collect();
            let text = format!("tuple<{}>", texts.join(", "));
            self.struct_types.push(StructType::plain(&text, fields));
            return Tree::item("");
        }
        let name = format!("s{}_t", self.struct_types.len());
        let mut tree = Tree::new(Kind::Item).text(format!("struct {name} {{\n"));
        for (i, ty) in types.iter().enumerate() {
            tree = tree.tree(Tree::item(format!("    {} f{i};\n", ty.text())));
        }
        let fields = types.iter().enumerate().map(|(i, ty)| (format!(".f{i}"), *ty)).collect();
        let before: Vec<usize> = (0..self.struct_types.len()).filter(|t| self.listable(*t)).collect();
        let nested = (!before.is_empty() && self.random.percent(40))
            .then(|| (".n".to_owned(), self.random.of(&before)));
        if let Some((_, ty)) = &nested {
            tree = tree.tree(
                Tree::item(format!("    {} n;\n", self.struct_types[*ty].text))
                    .tag("type: struct in a struct"),
            );
        }
        let header = self.random.percent(35).then(|| (".h".to_owned(), self.plain_header()));
        if let Some((_, ty)) = &header {
            tree = tree.tree(Tree::item(format!("    t{ty} h;\n")));
        }
        self.struct_types.push(StructType { text: name, fields, nested, header });
        tree.text("}\n").tag("type: struct")
    }

    /// A list can be its value.
    pub(super) fn listable(&self, ty: usize) -> bool {
        self.struct_types[ty].header.is_none()
    }

    /// The headers, as a parser or control sees them.
    pub(super) fn header_scope(&self, prefix: &str, writable: bool) -> Scope {
        let mut scope = self.constant_scope();
        for header in &self.headers {
            let text = format!("{prefix}.{}", header.text);
            scope.add_header(&self.header_types, HeaderVar { text, writable, ..header.clone() });
        }
        for stack in &self.stacks {
            let text = format!("{prefix}.{}", stack.text);
            for i in 0..stack.size {
                let text = format!("{text}[{i}]");
                let element = HeaderVar { text, ty: stack.ty, writable, in_union: false };
                scope.add_header(&self.header_types, element);
            }
            scope.stacks.push(StackVar { text, ..stack.clone() });
        }
        for stack in &self.union_stacks {
            let text = format!("{prefix}.{}", stack.text);
            for (i, (member, ty)) in
                (0..stack.size).flat_map(|i| stack.members.iter().enumerate().map(move |m| (i, m)))
            {
                let text = format!("{text}[{i}].m{member}");
                scope.add_header(&self.header_types, HeaderVar { text, ty: *ty, writable, in_union: true });
            }
            scope.union_stacks.push(UnionStackVar { text, ..stack.clone() });
        }
        for union in &self.unions {
            scope.unions.push(UnionVar { text: format!("{prefix}.{}", union.text), ty: union.ty });
        }
        scope
    }
}
