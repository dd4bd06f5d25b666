//! The one macro that makes a crate a plugin.

/// Makes a type the plugin, in the roles named: `decoder`, `framer`,
/// `timekeeper`, `connector`, `advisor`.
///
/// ```
/// use tocsin_sdk::{Answer, Decoder, Message, Outcome};
///
/// struct Echo;
///
/// impl Decoder for Echo {
///     fn decode(message: Message) -> Answer {
///         Ok(Outcome::default().reply(message.payload))
///     }
/// }
///
/// tocsin_sdk::export!(Echo: decoder);
/// ```
///
/// The symbols that the host looks for are emitted for WASM alone, so that
/// several plugins can be linked into one native test or benchmark. That the
/// type really has the roles is checked everywhere.
#[macro_export]
macro_rules! export {
    ($plugin:ident : $($role:ident),+ $(,)?) => {
        $($crate::__export_role!($plugin, $role);)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_role {
    ($plugin:ident, decoder) => {
        const _: fn($crate::Message) -> $crate::Answer = <$plugin as $crate::Decoder>::decode;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::decodes::export_decoder!($plugin with_types_in $crate::bindings::decodes);
    };
    ($plugin:ident, framer) => {
        const _: fn(&[u8]) -> Vec<$crate::Piece> = <$plugin as $crate::Framer>::frame;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::frames::export_framer!($plugin with_types_in $crate::bindings::frames);
    };
    ($plugin:ident, timekeeper) => {
        const _: fn($crate::Tick) -> $crate::Answer = <$plugin as $crate::Timekeeper>::wake;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::wakes::export_timekeeper!($plugin with_types_in $crate::bindings::wakes);
    };
    ($plugin:ident, connector) => {
        const _: fn($crate::Event) -> $crate::Answer = <$plugin as $crate::Connector>::deliver;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::delivers::export_connector!($plugin with_types_in $crate::bindings::delivers);
    };
    ($plugin:ident, advisor) => {
        const _: fn($crate::Event) -> $crate::Answer = <$plugin as $crate::Advisor>::advise;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::advises::export_advisor!($plugin with_types_in $crate::bindings::advises);
    };
    ($plugin:ident, $role:ident) => {
        compile_error!(concat!(
            "`", stringify!($role),
            "` is no role; the roles are decoder, framer, timekeeper, connector, advisor"
        ));
    };
}
