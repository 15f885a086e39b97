//! The log of an interview, as ODK's clients keep it.

use std::fmt;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::way::Position;
use crate::address::Address;
use crate::interview::paper::Paper;
use crate::interview::plan::Plan;
use crate::model::{Audit, Item};

/// Something that happened in an interview, and when.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// What happened.
    pub kind: AuditKind,
    /// Where, as ODK writes it: `/data/household/members[2]/age`. Empty for the whole record.
    pub node: String,
    /// When it happened or began.
    pub start: Timestamp,
    /// When it ended, for what takes time.
    pub end: Option<Timestamp>,
    /// The answer before, in ODK's text form, if the form asks for that and it has changed.
    pub old_value: Option<String>,
    /// The answer after.
    pub new_value: Option<String>,
    /// Who asked, if the form asks for that.
    pub user: Option<String>,
    /// Why a finished record was changed.
    pub change_reason: Option<String>,
}

/// What can happen in an interview, by the names that ODK gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditKind {
    /// The interview began.
    FormStart,
    /// It was taken up again.
    FormResume,
    /// The screen before the first question was shown.
    Beginning,
    /// A question was shown.
    Question,
    /// A page with several questions was shown.
    GroupQuestions,
    /// Whether to add an instance was asked.
    AddRepeat,
    /// An instance was removed.
    DeleteRepeat,
    /// Whoever asks went to another place.
    Jump,
    /// The screen behind the last question was shown.
    EndScreen,
    /// The record was saved.
    FormSave,
    /// The interview was left.
    FormExit,
    /// The record was finished.
    FormFinalize,
    /// An answer did not fulfil its constraint, or was missing.
    ConstraintError,
    /// The record could not be finished.
    FinalizeError,
    /// Why a finished record was changed.
    ChangeReason,
}

impl AuditKind {
    /// Returns the name of the event in ODK's logs.
    pub fn name(self) -> &'static str {
        match self {
            AuditKind::FormStart => "form start",
            AuditKind::FormResume => "form resume",
            AuditKind::Beginning => "beginning of form",
            AuditKind::Question => "question",
            AuditKind::GroupQuestions => "group questions",
            AuditKind::AddRepeat => "add repeat",
            AuditKind::DeleteRepeat => "delete repeat",
            AuditKind::Jump => "jump",
            AuditKind::EndScreen => "end screen",
            AuditKind::FormSave => "form save",
            AuditKind::FormExit => "form exit",
            AuditKind::FormFinalize => "form finalize",
            AuditKind::ConstraintError => "constraint error",
            AuditKind::FinalizeError => "finalize error",
            AuditKind::ChangeReason => "change reason",
        }
    }
}

/// Shows what and where, and no answer.
impl fmt::Debug for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditEvent({} {})", self.kind.name(), self.node)
    }
}

/// Writes a log as ODK's clients do: the columns that the form asks for, times in milliseconds
/// since 1970, lines that end in `\n`.
pub fn audit_csv(audit: &Audit, events: &[AuditEvent]) -> String {
    let mut csv = "event,node,start,end".to_owned();
    if audit.location.is_some() {
        csv.push_str(",latitude,longitude,accuracy");
    }
    if audit.track_changes {
        csv.push_str(",old-value,new-value");
    }
    if audit.identify_user {
        csv.push_str(",user");
    }
    if audit.track_changes_reasons {
        csv.push_str(",change-reason");
    }
    csv.push('\n');
    for event in events {
        let end = event
            .end
            .map(|end| end.as_millisecond().to_string())
            .unwrap_or_default();
        let start = event.start.as_millisecond();
        // Writing to a text does not fail.
        let _ = write!(csv, "{},{},{start},{end}", event.kind.name(), event.node);
        let mut cell = |text: &Option<String>| {
            csv.push(',');
            csv.push_str(&quoted(text.as_deref().unwrap_or_default()));
        };
        if audit.location.is_some() {
            (0..3).for_each(|_| cell(&None));
        }
        if audit.track_changes {
            cell(&event.old_value);
            cell(&event.new_value);
        }
        if audit.identify_user {
            cell(&event.user);
        }
        if audit.track_changes_reasons {
            cell(&event.change_reason);
        }
        csv.push('\n');
    }
    csv
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// What is being logged.
#[derive(Default)]
pub(super) struct AuditLog {
    audit: Option<Audit>,
    events: Vec<AuditEvent>,
    /// How many of them were handed out.
    told: usize,
    /// What is shown now, since when, and what was answered there before.
    open: Vec<AuditEvent>,
}

impl AuditLog {
    pub(super) fn of(plan: &Plan) -> AuditLog {
        AuditLog {
            audit: plan.form().audit.clone(),
            ..AuditLog::default()
        }
    }

    pub(super) fn events(&self) -> &[AuditEvent] {
        &self.events
    }

    /// What was logged since the last time this was asked.
    pub(super) fn take_new(&mut self) -> Vec<AuditEvent> {
        let new = self.events.iter().skip(self.told).cloned().collect();
        self.told = self.events.len();
        new
    }

    /// Logs what takes no time.
    pub(super) fn note(&mut self, kind: AuditKind, node: String, now: Timestamp, user: &str) {
        if self.audit.is_some() {
            let event = self.event(kind, node, now, user);
            self.events.push(event);
        }
    }

    /// Logs why a finished record was changed.
    pub(super) fn note_reason(&mut self, reason: &str, now: Timestamp, user: &str) {
        if self.audit.is_some() {
            let mut event = self.event(AuditKind::ChangeReason, String::new(), now, user);
            event.change_reason = Some(reason.to_owned());
            self.events.push(event);
        }
    }

    /// Logs that a screen was left, and what was changed on it.
    pub(super) fn leave(&mut self, plan: &Plan, paper: &Paper, shown: &[Address], now: Timestamp) {
        let tracks = self.audit.as_ref().is_some_and(|audit| audit.track_changes);
        for mut event in std::mem::take(&mut self.open) {
            event.end = Some(now);
            if tracks && event.kind == AuditKind::Question {
                let at = shown.iter().find(|at| node_of(plan, paper, at) == event.node);
                let new = at.and_then(|at| paper.value(at)).map(|value| value.to_odk_text());
                if new == event.old_value {
                    event.old_value = None;
                } else {
                    event.new_value = new;
                }
            } else {
                event.old_value = None;
            }
            self.events.push(event);
        }
    }

    /// Begins to log that a screen is shown.
    pub(super) fn enter(
        &mut self,
        plan: &Plan,
        paper: &Paper,
        (position, shown): (&Position, &[Address]),
        now: Timestamp,
        user: &str,
    ) {
        let Some(audit) = &self.audit else { return };
        let mut opened = match position {
            Position::Beginning => vec![(AuditKind::Beginning, String::new())],
            Position::Question { .. } => Vec::new(),
            Position::Page { address } => vec![(AuditKind::GroupQuestions, node_of(plan, paper, address))],
            Position::Repeat { address } => {
                let next = paper.all(address).len() + 1;
                let outer = node_of(plan, paper, &address.outer().near(&address.path()));
                vec![(AuditKind::AddRepeat, format!("{outer}[{next}]"))]
            }
            Position::End => vec![(AuditKind::EndScreen, String::new())],
        };
        // On a page each question is logged only if what changes is.
        if matches!(position, Position::Question { .. }) || audit.track_changes {
            let questions = shown
                .iter()
                .map(|at| (AuditKind::Question, node_of(plan, paper, at)));
            opened.extend(questions);
        }
        let mut values = shown
            .iter()
            .map(|at| paper.value(at).map(|value| value.to_odk_text()));
        let tracks = audit.track_changes;
        for (kind, node) in opened {
            let mut event = self.event(kind, node, now, user);
            if kind == AuditKind::Question {
                event.old_value = values.next().flatten().filter(|_| tracks);
            }
            self.open.push(event);
        }
    }

    fn event(&self, kind: AuditKind, node: String, now: Timestamp, user: &str) -> AuditEvent {
        let identifies = self.audit.as_ref().is_some_and(|audit| audit.identify_user);
        AuditEvent {
            kind,
            node,
            start: now,
            end: None,
            old_value: None,
            new_value: None,
            user: identifies.then(|| user.to_owned()),
            change_reason: None,
        }
    }
}

/// Where something stands, as ODK writes it: instances by their number, from 1.
pub(super) fn node_of(plan: &Plan, paper: &Paper, at: &Address) -> String {
    let mut text = "/data".to_owned();
    let mut around = Address::root();
    for step in at.steps() {
        let _ = write!(text, "/{}", step.repeat);
        let path = [
            around.path().map(|path| path.to_string()),
            Some(step.repeat.clone()),
        ];
        let path: Vec<String> = path.into_iter().flatten().collect();
        let repeat = path.join("/").parse().ok().and_then(|path| plan.find(&path));
        if let Some(repeat) = repeat.filter(|node| matches!(plan.item(*node), Item::Repeat(_))) {
            let address = crate::address::RepeatAddress::near(&around, &plan.node(repeat).path);
            let nth = paper.all(&address).iter().position(|id| *id == step.instance);
            let _ = write!(text, "[{}]", nth.map_or(1, |nth| nth + 1));
            around = address.instance(step.instance);
        }
    }
    if !at.question().is_empty() {
        let _ = write!(text, "/{}", at.question());
    }
    text
}
