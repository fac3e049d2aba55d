//! Externs of v1model that cannot be compiled to XDP yet: their calls are refused, also if the user's C defines them. What is said of them is
//! in [`crate::lacking`].

use super::V1MODEL;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, OtherShape};
use crate::lacking::{self, Lacking};

/// A function, and what it is refused as.
macro_rules! functions {
    ($($constant:ident $name:literal $called:ident;)*) => {
        $(pub(super) const $constant: Entry =
            Entry::function($name, |_| Box::new(CannotBeHad(&lacking::$called))).of(V1MODEL);)*
    };
}

functions! {
    CLONE "clone" CLONE;
    CLONE3 "clone3" CLONE;
    CLONE_PRESERVING "clone_preserving_field_list" CLONE;
}

/// Is refused as this where it is called.
#[derive(Debug)]
struct CannotBeHad(&'static Lacking);

impl Extern for CannotBeHad {
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        cx.module.sink.emit(self.0.at(call.span));
        Ok(())
    }
}
