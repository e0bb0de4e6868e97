//! Owns what the columns of other tools' tables are called, and what ours is for each: one row a column, and the few
//! exporters that are known by their set of columns.
//! Never reads a cell.

use crate::okr::Field;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The objective's words.
    Objective,
    /// The objective's id.
    ObjectiveId,
    /// A field of the objective.
    OfObjective(Field),
    /// The key result's id.
    Id,
    /// A field of the key result.
    Of(Field),
    /// A value of the free table, under its name.
    Free(&'static str),
    /// The cycle.
    Cycle,
    /// Whose file it belongs into.
    Team,
    /// Whether the row is an objective or a key result.
    Kind,
    /// What other rows call this one.
    Row,
    /// The row that this one belongs under.
    ParentRow,
    /// How far it is, as a percentage: a measure where there is no other.
    Progress,
    /// What kind of number is measured.
    MetricType,
    /// The full name, or the end of one.
    Name,
    /// Day of measuring.
    Measured,
    /// Moment of recording.
    Recorded,
    /// The measured value, of any kind.
    Value,
    /// Who recorded it.
    Author,
    /// Whose address that is.
    Email,
}

/// Names as they are typed after `--map`, each with its column.
const OURS: &[(&str, Column)] = &[
    ("objective", Column::Objective),
    ("objective_id", Column::ObjectiveId),
    ("why", Column::OfObjective(Field::Why)),
    ("owners", Column::OfObjective(Field::Owners)),
    ("parent", Column::OfObjective(Field::Parent)),
    ("id", Column::Id),
    ("cycle", Column::Cycle),
    ("team", Column::Team),
    ("kind", Column::Kind),
    ("row", Column::Row),
    ("parent_row", Column::ParentRow),
    ("progress", Column::Progress),
    ("name", Column::Name),
    ("date", Column::Measured),
    ("recorded", Column::Recorded),
    ("value", Column::Value),
    ("author", Column::Author),
    ("email", Column::Email),
];

/// Fields of a key result that a table may hold.
const FIELDS: &[Field] = &[
    Field::Title,
    Field::Owner,
    Field::Definition,
    Field::Source,
    Field::Unit,
    Field::Baseline,
    Field::Target,
    Field::Change,
    Field::AtLeast,
    Field::AtMost,
    Field::Done,
    Field::Current,
    Field::Confidence,
    Field::AsOf,
    Field::Note,
    Field::Health,
    Field::Evidence,
    Field::Weight,
    Field::Start,
    Field::Due,
    Field::Commitment,
    Field::Role,
    Field::Status,
    Field::Score,
    Field::Tags,
];

/// What columns are called elsewhere: letters and digits alone, small.
const THEIRS: &[(&str, Column)] = &[
    ("objective", Column::Objective),
    ("objectivetitle", Column::Objective),
    ("objectivename", Column::Objective),
    ("objectiveid", Column::ObjectiveId),
    ("objectiveowner", Column::OfObjective(Field::Owners)),
    ("objectivedescription", Column::OfObjective(Field::Why)),
    ("why", Column::OfObjective(Field::Why)),
    ("parentobjective", Column::OfObjective(Field::Parent)),
    ("alignedto", Column::OfObjective(Field::Parent)),
    ("keyresult", Column::Of(Field::Title)),
    ("keyresulttitle", Column::Of(Field::Title)),
    ("keyresultname", Column::Of(Field::Title)),
    ("kr", Column::Of(Field::Title)),
    ("title", Column::Of(Field::Title)),
    ("name", Column::Of(Field::Title)),
    ("goal", Column::Of(Field::Title)),
    ("goaltitle", Column::Of(Field::Title)),
    ("goalname", Column::Of(Field::Title)),
    ("metricname", Column::Of(Field::Title)),
    ("keyresultid", Column::Id),
    ("id", Column::Id),
    ("goalid", Column::Id),
    ("owner", Column::Of(Field::Owner)),
    ("keyresultowner", Column::Of(Field::Owner)),
    ("owneremail", Column::Of(Field::Owner)),
    ("owneremails", Column::Of(Field::Owner)),
    ("owneremailid", Column::Of(Field::Owner)),
    ("assignee", Column::Of(Field::Owner)),
    ("assignedto", Column::Of(Field::Owner)),
    ("responsible", Column::Of(Field::Owner)),
    ("lead", Column::Of(Field::Owner)),
    ("description", Column::Of(Field::Definition)),
    ("definition", Column::Of(Field::Definition)),
    ("metric", Column::Of(Field::Definition)),
    ("source", Column::Of(Field::Source)),
    ("url", Column::Of(Field::Source)),
    ("link", Column::Of(Field::Source)),
    ("unit", Column::Of(Field::Unit)),
    ("units", Column::Of(Field::Unit)),
    ("metricunit", Column::Of(Field::Unit)),
    ("baseline", Column::Of(Field::Baseline)),
    ("baselinevalue", Column::Of(Field::Baseline)),
    ("startvalue", Column::Of(Field::Baseline)),
    ("startingvalue", Column::Of(Field::Baseline)),
    ("initialvalue", Column::Of(Field::Baseline)),
    ("metricstartvalue", Column::Of(Field::Baseline)),
    ("target", Column::Of(Field::Target)),
    ("targetvalue", Column::Of(Field::Target)),
    ("goalvalue", Column::Of(Field::Target)),
    ("metrictargetvalue", Column::Of(Field::Target)),
    ("atleast", Column::Of(Field::AtLeast)),
    ("atmost", Column::Of(Field::AtMost)),
    ("current", Column::Of(Field::Current)),
    ("currentvalue", Column::Of(Field::Current)),
    ("actual", Column::Of(Field::Current)),
    ("actualvalue", Column::Of(Field::Current)),
    ("done", Column::Of(Field::Done)),
    ("completed", Column::Of(Field::Done)),
    ("asof", Column::Of(Field::AsOf)),
    ("confidence", Column::Of(Field::Confidence)),
    ("score", Column::Of(Field::Score)),
    ("finalscore", Column::Of(Field::Score)),
    ("grade", Column::Of(Field::Score)),
    ("midqscore", Column::Free("mid_q_score")),
    ("projectedscore", Column::Free("projected_score")),
    ("priority", Column::Free("priority")),
    ("status", Column::Of(Field::Status)),
    ("progressstatus", Column::Of(Field::Status)),
    ("health", Column::Of(Field::Status)),
    ("note", Column::Of(Field::Note)),
    ("notes", Column::Of(Field::Note)),
    ("comment", Column::Of(Field::Note)),
    ("lastcomment", Column::Of(Field::Note)),
    ("weight", Column::Of(Field::Weight)),
    ("tags", Column::Of(Field::Tags)),
    ("labels", Column::Of(Field::Tags)),
    ("categories", Column::Of(Field::Tags)),
    ("startdate", Column::Of(Field::Start)),
    ("due", Column::Of(Field::Due)),
    ("duedate", Column::Of(Field::Due)),
    ("enddate", Column::Of(Field::Due)),
    ("deadline", Column::Of(Field::Due)),
    ("targetdate", Column::Of(Field::Due)),
    ("cycle", Column::Cycle),
    ("goalcycle", Column::Cycle),
    ("quarter", Column::Cycle),
    ("period", Column::Cycle),
    ("timeperiod", Column::Cycle),
    ("timeframe", Column::Cycle),
    ("session", Column::Cycle),
    ("team", Column::Team),
    ("teamname", Column::Team),
    ("department", Column::Team),
    ("departments", Column::Team),
    ("group", Column::Team),
    ("type", Column::Kind),
    ("itemtype", Column::Kind),
    ("rowid", Column::Row),
    ("parentrowid", Column::ParentRow),
    ("parentrowids", Column::ParentRow),
    ("progress", Column::Progress),
    ("progresspercent", Column::Progress),
    ("percentcomplete", Column::Progress),
    ("metrictype", Column::MetricType),
    ("goaltype", Column::MetricType),
];

/// What columns of a table of dated values are called, ours first.
const DATED: &[(&str, Column)] = &[
    ("name", Column::Name),
    ("keyresult", Column::Name),
    ("kr", Column::Name),
    ("fullname", Column::Name),
    ("date", Column::Measured),
    ("measured", Column::Measured),
    ("asof", Column::Measured),
    ("day", Column::Measured),
    ("checkindate", Column::Measured),
    ("recorded", Column::Recorded),
    ("value", Column::Value),
    ("current", Column::Value),
    ("currentvalue", Column::Value),
    ("confidence", Column::Of(Field::Confidence)),
    ("note", Column::Of(Field::Note)),
    ("comment", Column::Of(Field::Note)),
    ("author", Column::Author),
    ("email", Column::Email),
    ("authoremail", Column::Email),
];

/// A tool that is known by its columns.
pub struct Tool {
    /// What its tables are called.
    pub name: &'static str,
    /// Columns that all of them have.
    columns: &'static [&'static str],
    /// Columns that are something else there than elsewhere.
    own: &'static [(&'static str, Column)],
}

/// Tools with their columns, as their own help pages list them.
const TOOLS: &[Tool] = &[
    Tool {
        name: "Betterworks CSV",
        columns: &["name", "type", "progress", "startdate", "enddate", "owneremail"],
        own: &[],
    },
    Tool { name: "Peoplebox CSV", columns: &["rowid", "parentrowids", "goaltitle", "owneremails"], own: &[] },
    Tool {
        name: "PeopleCues CSV",
        columns: &["objectivetitle", "owneremailid", "metricname"],
        own: &[("owneremailid", Column::OfObjective(Field::Owners)), ("description", Column::OfObjective(Field::Why))],
    },
];

/// Gives a name without what spelling adds to it.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Finds what a column of goals is, of a tool that may be known.
pub fn of_goals(tool: Option<&Tool>, name: &str) -> Option<Column> {
    tool.and_then(|tool| find(tool.own, name)).or_else(|| find(THEIRS, name))
}

/// Finds what a column of dated values is.
pub fn of_values(name: &str) -> Option<Column> {
    find(DATED, name)
}

fn find(table: &[(&str, Column)], name: &str) -> Option<Column> {
    let name = plain(name);
    table.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
}

/// Finds the column that is meant by one of our own names, as in `--map NAME=COLUMN`.
pub fn ours(name: &str) -> Option<Column> {
    let named = OURS.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
    named.or_else(|| FIELDS.iter().find(|field| field.name() == name).map(|field| Column::Of(*field)))
}

/// Lists our own names.
pub fn names() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(name, _)| *name).chain(FIELDS.iter().map(|field| field.name()))
}

/// Gives what a column is called in a summary.
pub fn shown(column: Column) -> String {
    match column {
        Column::Of(field) => field.name().to_owned(),
        Column::OfObjective(field) => format!("the objective's {}", field.name()),
        Column::Objective => "the objective's title".into(),
        Column::ObjectiveId => "the objective's id".into(),
        Column::Free(name) => format!("meta.{name}"),
        Column::Kind => "objective or key result".into(),
        Column::Row | Column::ParentRow => "what belongs under what".into(),
        Column::Progress => "current, from 0 to 100 %, where there is no other measure".into(),
        Column::MetricType => "unit".into(),
        Column::Team => "the file's name".into(),
        other => OURS.iter().find(|(_, column)| *column == other).map_or_else(String::new, |(name, _)| (*name).into()),
    }
}

/// Finds the tool that writes such columns.
pub fn tool(columns: &[String]) -> Option<&'static Tool> {
    let plain: Vec<String> = columns.iter().map(|name| self::plain(name)).collect();
    let has = |wanted: &&str| plain.iter().any(|name| name == wanted);
    TOOLS.iter().find(|tool| tool.columns.iter().all(has))
}
