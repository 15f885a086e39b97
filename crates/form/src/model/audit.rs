//! What is logged of an interview.

/// What is logged of an interview beside its answers.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Audit {
    /// Where the interview is held, over and over; `None` if that is not logged.
    pub location: Option<LocationTracking>,
    /// Whether each answer is logged with the one before it.
    pub track_changes: bool,
    /// Whether somebody who changes a finished record is asked why.
    pub track_changes_reasons: bool,
    /// Whether who interviews is asked for and logged.
    pub identify_user: bool,
}

/// How the places of an interview are logged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocationTracking {
    /// How exact they are: `no-power`, `low-power`, `balanced` or `high-accuracy`.
    pub priority: String,
    /// How many seconds lie between two places at least.
    pub min_interval: u32,
    /// How many seconds old a place may be.
    pub max_age: u32,
}
