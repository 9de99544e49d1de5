//! Projects as they change.

use std::collections::HashMap;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::Project;
use crate::db::Note;
use crate::entity::project;
use crate::error::Error;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::loaders::{by_id, by_ids};
use crate::graphql::occasion::{ChangeKind, Occasion, Occasioned};

/// A project was changed, or something that it consists of.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProjectChanged {
    /// What happened.
    kind: ChangeKind,
    /// Which project: `prj_…`; null when `kind` is MISSED.
    project_id: Option<ID>,
    /// Its version now; the same as before when only what belongs to it was changed. Null when `kind` is MISSED.
    version: Option<i64>,
    /// The project as it is now; null when `kind` is MISSED.
    project: Option<Project>,
}

/// Subscriptions to projects.
#[derive(Default)]
pub struct ProjectSubscriptions;

#[Subscription]
impl ProjectSubscriptions {
    /// Tells of each change of one project, or of all that you may see: of its own fields, of its skills, of who holds a
    /// role for it, of its exceptions and its role decisions.
    async fn project_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which project; all of them by default.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = ProjectChanged> + use<>> {
        let only = id.map(|id| Kind::Project.named(&id)).transpose()?;
        if let Some(id) = only {
            let project = by_id::<project::Entity>(ctx, id).await?;
            let project = project.filter(|row| ctx.caller().sees(row));
            project.ok_or(Error::NotFound(Kind::Project.noun()))?;
        }
        let is_wanted = move |id: Uuid| only.is_none_or(|only| only == id);
        ctx.watch(move |note| project_of(note).is_some_and(is_wanted));
        let events = match ctx.occasion() {
            Occasion::Start => Vec::new(),
            Occasion::Missed => vec![ProjectChanged {
                kind: ChangeKind::Missed,
                project_id: None,
                version: None,
                project: None,
            }],
            Occasion::Changes(notes) => changed(ctx, notes).await?,
        };
        Ok(stream::iter(events))
    }
}

/// The project that a change is one of.
fn project_of(note: &Note) -> Option<Uuid> {
    match note.table.as_str() {
        "project" => Some(note.id),
        "assignment" | "project_skill" | "responsibility_exception" | "role_decision" => {
            note.project_id
        }
        _ => None,
    }
}

/// An event for each project, in the order in which they were changed first.
async fn changed(ctx: &Context<'_>, notes: &[Note]) -> Result<Vec<ProjectChanged>> {
    let mut order = Vec::new();
    let mut kinds: HashMap<Uuid, ChangeKind> = HashMap::new();
    for note in notes {
        let Some(id) = project_of(note) else {
            continue;
        };
        let kind = match note.table.as_str() {
            "project" => ChangeKind::of(&note.action),
            _ => ChangeKind::Updated,
        };
        let told = kinds.entry(id).or_insert_with(|| {
            order.push(id);
            kind
        });
        if *told == ChangeKind::Updated {
            *told = kind;
        }
    }
    let mut rows = by_ids::<project::Entity>(ctx, order.iter().copied()).await?;
    let event = |id: Uuid| {
        let row = rows.remove(&id).filter(|row| ctx.caller().sees(row))?;
        Some(ProjectChanged {
            kind: kinds.remove(&id)?,
            project_id: Some(Kind::Project.id(id)),
            version: Some(row.version),
            project: Some(Project(row)),
        })
    };
    Ok(order.into_iter().filter_map(event).collect())
}
