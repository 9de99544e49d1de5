//! What a project asks of whoever is accountable for it.

use std::time::Duration;

use meridian::domain::project_skills::{self, Asked};
use meridian::entity::skill;
use meridian::graphql::id::Kind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::agency::{project, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;

on_both_databases!(
    a_project_asks_for_skills_that_are_set_all_at_once,
    of_two_who_set_them_at_once_the_later_one_holds,
);

const SKILLS: &str = "project { skills { level skill { name } } }";

async fn a_project_asks_for_skills_that_are_set_all_at_once(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let mut skills = Vec::new();
    for name in ["Ticket systems", "Sound"] {
        let input = json!({ "name": name });
        let payload = app
            .done(&demo.eleanor, "skillCreate", input, "skill { id }")
            .await;
        skills.push(payload["skill"]["id"].clone());
    }
    let guide = Kind::Project.text(project(app, "Audio guide").await.id);
    let set = |asked: Value| json!({ "projectId": guide, "skills": asked });

    // Sam holds the project, Dana its client.
    let both =
        set(json!([{ "skillId": skills[0], "level": 2 }, { "skillId": skills[1], "level": 4 }]));
    let payload = app.done(&demo.sam, "projectSkillsSet", both, SKILLS).await;
    assert_eq!(
        payload["project"]["skills"],
        json!([{ "level": 4, "skill": { "name": "Sound" } }, { "level": 2, "skill": { "name": "Ticket systems" } }])
    );
    let one = set(json!([{ "skillId": skills[1], "level": 3 }]));
    let payload = app
        .done(&demo.sam, "projectSkillsSet", one.clone(), SKILLS)
        .await;
    assert_eq!(
        payload["project"]["skills"],
        json!([{ "level": 3, "skill": { "name": "Sound" } }])
    );
    let history = "query ($id: ID!) { project(id: $id) { history { nodes { action } } } }";
    let answer = app.ask(&demo.sam, history, json!({ "id": guide })).await;
    let actions = |answer: &Value| {
        let nodes = answer["project"]["history"]["nodes"].as_array().unwrap();
        let mut actions: Vec<String> = nodes
            .iter()
            .map(|node| node["action"].to_string())
            .collect();
        actions.sort_unstable();
        actions
    };
    assert_eq!(
        actions(&answer),
        ["\"CREATED\"", "\"CREATED\"", "\"DELETED\"", "\"UPDATED\""]
    );

    // The same again changes nothing.
    app.done(&demo.sam, "projectSkillsSet", one.clone(), SKILLS)
        .await;
    let again = app.ask(&demo.sam, history, json!({ "id": guide })).await;
    assert_eq!(actions(&again).len(), 4);

    let wrong = set(json!([
        { "skillId": skills[0], "level": 6 },
        { "skillId": skills[0], "level": 1 },
        { "skillId": "ski_00000000000000000000000000000000", "level": 1 },
    ]));
    let payload = app
        .change(&demo.sam, "projectSkillsSet", wrong, SKILLS)
        .await;
    assert_eq!(
        refusals(&payload),
        [
            "skills.0.level INVALID 6 is outside 1 to 5.",
            "skills.1.skillId INVALID This skill stands here twice.",
            "skills.2.skillId NOT_FOUND There is no such skill.",
        ]
    );
    let refused = app
        .graphql(
            &demo.dana,
            "mutation ($input: ProjectSkillsSetInput!) { projectSkillsSet(input: $input) { project { id } } }",
            json!({ "input": one }),
        )
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

async fn of_two_who_set_them_at_once_the_later_one_holds(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let mut skills = Vec::new();
    for name in ["Ticket systems", "Sound"] {
        let input = json!({ "name": name });
        app.done(&demo.eleanor, "skillCreate", input, "").await;
        let row = skill::Entity::find().filter(skill::Column::Name.eq(name));
        skills.push(row.one(&app.db.read).await.unwrap().unwrap().id);
    }
    let guide = project(app, "Audio guide").await.id;
    let asked = Asked {
        skill_id: skills[0],
        level: 2,
    };
    let tx = app.db.begin().await.unwrap();
    project_skills::set_in(&tx, &app.operator(), guide, None, &[asked])
        .await
        .unwrap();
    let commit = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tx.commit().await.unwrap();
    };
    let later = json!({
        "projectId": Kind::Project.text(guide),
        "skills": [{ "skillId": Kind::Skill.text(skills[1]), "level": 4 }],
    });
    let (payload, ()) = tokio::join!(
        app.done(&demo.sam, "projectSkillsSet", later, SKILLS),
        commit
    );
    assert_eq!(
        payload["project"]["skills"],
        json!([{ "level": 4, "skill": { "name": "Sound" } }])
    );
}
