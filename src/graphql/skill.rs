//! What people can do.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::context::Asked;
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split, split_or_current};
use super::person::{Person, PersonPayload};
use super::project::{Project, ProjectPayload};
use crate::domain::project_skills::{self, Asked as AskedSkill};
use crate::domain::skills;
use crate::entity::{person, person_skill, project, project_skill, skill};

/// Something people can do.
#[derive(Clone, Debug, Description)]
pub struct Skill(pub skill::Model);

#[Object(use_type_description)]
impl Skill {
    /// The skill's global id: `ski_…`.
    pub async fn id(&self) -> ID {
        Kind::Skill.id(self.0.id)
    }

    /// What it is called; unique whatever the case. At most 100 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// How well somebody can do something.
#[derive(Clone, Debug, Description)]
pub struct PersonSkill(pub person_skill::Model);

#[Object(use_type_description)]
impl PersonSkill {
    /// What.
    async fn skill(&self, ctx: &Context<'_>) -> Result<Skill> {
        Ok(Skill(the::<skill::Entity>(ctx, self.0.skill_id).await?))
    }

    /// How well, from 1 (learning) to 5 (teaches it).
    async fn level(&self) -> i32 {
        self.0.level
    }
}

/// How well whoever is accountable for a project should know something.
#[derive(Clone, Debug, Description)]
pub struct ProjectSkill(pub project_skill::Model);

#[Object(use_type_description)]
impl ProjectSkill {
    /// What.
    async fn skill(&self, ctx: &Context<'_>) -> Result<Skill> {
        Ok(Skill(the::<skill::Entity>(ctx, self.0.skill_id).await?))
    }

    /// How well at least, from 1 (learning) to 5 (teaches it).
    async fn level(&self) -> i32 {
        self.0.level
    }
}

/// Queries about skills.
#[derive(Default)]
pub struct SkillQueries;

#[Object]
impl SkillQueries {
    /// Every skill the agency names, by name; 500 at most.
    async fn skills(&self, ctx: &Context<'_>) -> Result<Vec<Skill>> {
        let rows = skills::skills(&ctx.db().read).await?;
        Ok(rows.into_iter().map(Skill).collect())
    }
}

/// What a new skill needs.
#[derive(Debug, InputObject)]
pub struct SkillCreateInput {
    /// What it is called; unique whatever the case. 1 to 100 characters.
    name: String,
}

/// How well a person can do something.
#[derive(Debug, InputObject)]
pub struct PersonSkillSetInput {
    /// Who.
    person_id: ID,
    /// The person's version as you read it; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What.
    skill_id: ID,
    /// How well, from 1 (learning) to 5 (teaches it); null or absent takes the skill away.
    level: Option<i32>,
}

/// A skill that a project asks for.
#[derive(Debug, InputObject)]
pub struct ProjectSkillInput {
    /// What.
    skill_id: ID,
    /// How well at least, from 1 (learning) to 5 (teaches it).
    level: i32,
}

/// Which skills a project asks for.
#[derive(Debug, InputObject)]
pub struct ProjectSkillsSetInput {
    /// Which project; not finished.
    project_id: ID,
    /// The project's version as you read it; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// All of them, 20 at most and each once; what is not among them is asked no more.
    skills: Vec<ProjectSkillInput>,
}

/// What came of a change of a skill.
#[derive(Debug, SimpleObject)]
pub struct SkillPayload {
    /// The skill as it is now; null when nothing was changed.
    skill: Option<Skill>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of skills.
#[derive(Default)]
pub struct SkillMutations;

#[Object]
impl SkillMutations {
    /// Names a skill. Owners only.
    async fn skill_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the skill needs.")] input: SkillCreateInput,
    ) -> Result<SkillPayload> {
        let created = skills::create(ctx.db(), ctx.caller(), &input.name).await;
        let (row, user_errors) = split(created)?;
        Ok(SkillPayload {
            skill: row.map(Skill),
            user_errors,
        })
    }

    /// Says how well a person can do something, or takes the skill away. Owners only.
    async fn person_skill_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who can do what, and how well.")] input: PersonSkillSetInput,
    ) -> Result<PersonPayload> {
        let set = async {
            let person = Kind::Person.parse("personId", &input.person_id)?;
            let skill = Kind::Skill.parse("skillId", &input.skill_id)?;
            let (expected, level) = (input.expected_version, input.level);
            skills::set_of_person(ctx.db(), ctx.caller(), person, expected, skill, level).await
        };
        let (row, user_errors) =
            split_or_current::<person::Entity>(ctx, &input.person_id, set.await).await?;
        Ok(PersonPayload {
            person: row.map(Person),
            user_errors,
        })
    }

    /// Says which skills a project asks of whoever is accountable for it. Owners, and managers accountable for it.
    async fn project_skills_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which skills, and how well.")] input: ProjectSkillsSetInput,
    ) -> Result<ProjectPayload> {
        let set = async {
            let project = Kind::Project.parse("projectId", &input.project_id)?;
            let read = |(index, one): (usize, &ProjectSkillInput)| {
                let field = format!("skills.{index}.skillId");
                let skill_id = Kind::Skill.parse(&field, &one.skill_id)?;
                let level = one.level;
                Ok(AskedSkill { skill_id, level })
            };
            let asked: crate::error::Result<Vec<AskedSkill>> =
                input.skills.iter().enumerate().map(read).collect();
            let expected = input.expected_version;
            project_skills::set(ctx.db(), ctx.caller(), project, expected, &asked?).await
        };
        let (row, user_errors) =
            split_or_current::<project::Entity>(ctx, &input.project_id, set.await).await?;
        Ok(ProjectPayload {
            project: row.map(Project),
            user_errors,
        })
    }
}
