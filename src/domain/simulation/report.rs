//! What a simulation answers with.

use uuid::Uuid;

use super::world::{WeekOf, World};
use super::{BecomesOver, BeforeAfter, PersonSimulated, Simulation};
use crate::domain::capacity::Capacity;
use crate::domain::utilisation::Band;

/// Lets happen what was applied, and sets it against `before`.
pub(super) fn report(mut world: World, before: Vec<WeekOf>) -> Simulation {
    let after = world.weeks_after(&before);
    let mut people: Vec<(Uuid, PersonSimulated)> = world
        .people
        .keys()
        .chain(world.joiners.keys())
        .map(|id| (*id, of_person(&world, *id, &before, &after)))
        .filter(|(_, one)| one.weeks.iter().any(|week| week.before != week.after))
        .collect();
    people.sort_by_cached_key(|(id, one)| (one.name.to_lowercase(), *id));
    let people: Vec<PersonSimulated> = people.into_iter().map(|(_, one)| one).collect();
    let settings = world.agenda.settings.clone();
    let becomes_over = people
        .iter()
        .filter_map(|one| {
            one.weeks
                .iter()
                .find_map(|week| becomes_over(one, week, &settings))
        })
        .collect();
    let mut warnings = std::mem::take(&mut world.warnings);
    warnings.extend(people.iter().filter_map(|one| passed_limit(one, &settings)));
    let last = |weeks: Vec<WeekOf>| weeks.into_iter().next_back().unwrap_or_default().unstaffed;
    Simulation {
        team: team(&world, &before, &after),
        unstaffed_before: last(before),
        unstaffed_after: last(after),
        settings,
        people,
        becomes_over,
        warnings,
    }
}

fn of_person(world: &World, id: Uuid, before: &[WeekOf], after: &[WeekOf]) -> PersonSimulated {
    let of = |week: &WeekOf| week.capacities.get(&id).cloned().unwrap_or_default();
    let weeks = (0..world.weeks).zip(before.iter().zip(after));
    PersonSimulated {
        person: world.people.get(&id).cloned(),
        name: world.name(id).to_owned(),
        weeks: weeks
            .map(|(ahead, (before, after))| BeforeAfter {
                week: world.first.plus(ahead),
                before: of(before),
                after: of(after),
            })
            .collect(),
    }
}

fn team(world: &World, before: &[WeekOf], after: &[WeekOf]) -> Vec<BeforeAfter> {
    let sum = |week: &WeekOf| {
        let mut total = Capacity::default();
        for capacity in week.capacities.values() {
            total.add(capacity);
        }
        total
    };
    (0..world.weeks)
        .zip(before.iter().zip(after))
        .map(|(ahead, (before, after))| BeforeAfter {
            week: world.first.plus(ahead),
            before: sum(before),
            after: sum(after),
        })
        .collect()
}

fn becomes_over(
    one: &PersonSimulated,
    week: &BeforeAfter,
    settings: &crate::domain::settings::Settings,
) -> Option<BecomesOver> {
    let band = |capacity: &Capacity| capacity.utilisation(settings).band;
    let (before, after) = (band(&week.before), band(&week.after)?);
    let is_over = |band: Band| band >= Band::Over;
    let worse = is_over(after) && before.is_none_or(|before| before < after);
    worse.then(|| BecomesOver {
        person: one.person.clone(),
        name: one.name.clone(),
        week: week.week,
        before,
        after,
    })
}

/// The first week in which somebody would have more projects than the limits say, and more than before.
fn passed_limit(
    one: &PersonSimulated,
    settings: &crate::domain::settings::Settings,
) -> Option<String> {
    one.weeks.iter().find_map(|week| {
        let (before, after) = (week.before.counts, week.after.counts);
        let more = after.active > before.active || after.back_burner > before.back_burner;
        let passed = after.passed(&settings.counts);
        let limit = passed.first().filter(|_| more)?;
        let status = limit.status.word().to_lowercase().replace('_', "-");
        Some(format!(
            "{} would have {} {status} projects in {}; the limit is {}.",
            one.name, limit.count, week.week, limit.limit
        ))
    })
}
