//! Recovery: a key in shares on paper, and a new desk where the old one is lost.

mod newest;
mod recover;
mod split;

pub use self::newest::NewestError;
pub use self::recover::RecoverError;
pub use self::split::SplitKeyError;
