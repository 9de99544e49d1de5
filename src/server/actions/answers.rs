//! Links under a prompt: that it was done, to put it off, to hand it over, that it is not needed.

mod words;

use jiff::civil::Date;

use super::fields::Fields;
use super::overtaken;
use super::page::{Field, Form, Input, Link, Page, capital, shown};
use super::visit::{Outcome, Visit, not_now, unless_mended};
use crate::domain::prompts::{self, Asked, Prompt};
use crate::email::action_link::{Action, Answer, Claim, token};
use crate::email::format;
use crate::entity::{Door, PromptTopic};
use crate::error::Result;

use words::{done_words, due_words, log_button, log_question, matter, standing_words};

/// Most letters of a reason that a page takes: as many as fit into a form.
const MOST_LETTERS: usize = 300;

const REASON: &str = "reason";

impl Visit<'_> {
    /// The page of an answer. Changes nothing.
    pub(super) async fn question_about(
        &self,
        answer: Answer,
        prompt: Prompt,
        since: Option<Date>,
    ) -> Result<Page> {
        let conn = &self.app.db.read;
        let today = self.today();
        match prompts::asked_of(conn, &self.person, prompt, since, today).await? {
            Ok(asked) => self.page_of(answer, &asked).await,
            Err(overtaken) => Ok(overtaken::page(overtaken)),
        }
    }

    /// Does what an answer says.
    pub(super) async fn answer(
        &self,
        answer: Answer,
        prompt: Prompt,
        since: Option<Date>,
        fields: &Fields,
    ) -> Result<Page> {
        if answer == Answer::Choose {
            return self.question_about(answer, prompt, since).await;
        }
        let tx = self.app.db.begin().await?;
        if let Some(page) = self.take(&tx).await? {
            return Ok(page);
        }
        prompts::lock(&tx, prompt).await?;
        let asked = match prompts::asked_of(&tx, &self.person, prompt, since, self.today()).await? {
            Ok(asked) => asked,
            Err(overtaken) => return Ok(overtaken::page(overtaken)),
        };
        let reason = fields.value(REASON);
        match self.act(&tx, answer, &asked, reason).await {
            Ok(outcome) => {
                let page = self.note(&tx, outcome).await?;
                tx.commit().await?;
                Ok(page)
            }
            Err(error) => {
                tx.rollback().await?;
                let form = self.dismiss_form(&asked, reason).await?;
                unless_mended(error, |problems| {
                    let of_reason = problems.iter().find(|one| one.field == [REASON]);
                    match of_reason.filter(|_| answer == Answer::Dismiss) {
                        Some(wrong) => self.dismissing(&asked, form.wrong(&wrong.message)),
                        None => not_now(&problems),
                    }
                })
            }
        }
    }

    async fn act(
        &self,
        tx: &crate::db::Transaction,
        answer: Answer,
        asked: &Asked,
        reason: &str,
    ) -> Result<Outcome> {
        let caller = &self.caller;
        match answer {
            Answer::Snooze => {
                let choice = prompts::snooze_in(tx, caller, Door::Link, asked).await?;
                Ok(words::snoozed(asked, choice.until_on.0))
            }
            Answer::HandOver => {
                let choice = prompts::hand_over_in(tx, caller, Door::Link, asked).await?;
                let to = prompts::name_of(tx, choice.handed_to_id).await?;
                Ok(words::handed_over(asked, &shown(&to), choice.until_on.0))
            }
            Answer::Dismiss => {
                let choice = prompts::dismiss_in(tx, caller, Door::Link, asked, reason).await?;
                Ok(words::dismissed(asked, reason, choice.until_on.0))
            }
            Answer::Log | Answer::Choose => {
                prompts::log_in(tx, caller, asked).await?;
                Ok(done_words(asked))
            }
        }
    }

    async fn page_of(&self, answer: Answer, asked: &Asked) -> Result<Page> {
        match answer {
            Answer::Log => self.logging(asked),
            Answer::Choose => self.choosing(asked).await,
            Answer::Snooze => {
                let form = self.snooze_form(asked).await?;
                let title = format!("Put off {}?", matter(asked));
                Ok(Page::asking(title, vec![due_words(asked)], vec![form]))
            }
            Answer::HandOver => {
                let form = self.hand_over_form(asked).await?;
                let title = format!("Hand over {}?", matter(asked));
                Ok(Page::asking(title, vec![due_words(asked)], vec![form]))
            }
            Answer::Dismiss => {
                let form = self.dismiss_form(asked, "").await?;
                Ok(self.dismissing(asked, form))
            }
        }
    }

    fn logging(&self, asked: &Asked) -> Result<Page> {
        let text = format!("It is logged as done now, by {}.", self.name());
        let mut page = Page::asking(
            log_question(asked),
            vec![due_words(asked), text],
            vec![Form::button(log_button(asked))],
        );
        page.link = Some(Link {
            token: self.derived(asked, Answer::Choose)?,
            label: "Put it off, hand it over, or say that it is not needed",
        });
        Ok(page)
    }

    /// All that can be done about a prompt, each with a button that does it.
    async fn choosing(&self, asked: &Asked) -> Result<Page> {
        let mut text = vec![due_words(asked)];
        if let Some(choice) = asked
            .choice
            .as_ref()
            .filter(|one| asked.day < one.until_on.0)
        {
            text.push(standing_words(&self.app.db.read, choice).await?);
        }
        let mut forms = Vec::new();
        if asked.prompt.topic != PromptTopic::Facts {
            forms.push(Form {
                token: Some(self.derived(asked, Answer::Log)?),
                ..Form::button(log_button(asked))
            });
        }
        let others = [
            ("Put it off", Answer::Snooze, self.snooze_form(asked).await?),
            (
                "Hand it over",
                Answer::HandOver,
                self.hand_over_form(asked).await?,
            ),
            (
                "It is not needed",
                Answer::Dismiss,
                self.dismiss_form(asked, "").await?,
            ),
        ];
        for (heading, answer, form) in others {
            forms.push(Form {
                heading: Some(heading.to_owned()),
                token: Some(self.derived(asked, answer)?),
                is_quiet: true,
                ..form
            });
        }
        Ok(Page::asking(capital(&matter(asked)), text, forms))
    }

    async fn snooze_form(&self, asked: &Asked) -> Result<Form> {
        let conn = &self.app.db.read;
        let until = prompts::snoozed_until(conn, self.person.id, asked.day).await?;
        let until = format::day(until);
        Ok(Form {
            text: vec!["It comes again after two working days.".to_owned()],
            ..Form::button(format!("Put it off until {until}"))
        })
    }

    async fn hand_over_form(&self, asked: &Asked) -> Result<Form> {
        let to = prompts::receiver(&self.app.db.read, self.person.id, asked).await?;
        let Some(to) = to else {
            let why = "Nobody stands in for you: name a standing delegate first, or put it off.";
            return Ok(Form {
                text: vec![why.to_owned()],
                ..Form::default()
            });
        };
        let to = shown(&to.name);
        let text =
            format!("{to} stands in for you, and is prompted instead for four weeks at most.");
        Ok(Form {
            text: vec![text],
            ..Form::button(format!("Hand it to {to}"))
        })
    }

    async fn dismiss_form(&self, asked: &Asked, reason: &str) -> Result<Form> {
        let until = prompts::next_due(&self.app.db.read, asked).await?;
        let field = Field {
            name: REASON,
            label: "Why is it not needed?",
            input: Input::Text {
                value: reason.to_owned(),
                most: MOST_LETTERS,
            },
            wrong: None,
        };
        Ok(Form {
            text: vec![format!(
                "It is due again on {}. The owners see the reason.",
                format::day(until)
            )],
            fields: vec![field],
            ..Form::button("It is not needed")
        })
    }

    fn dismissing(&self, asked: &Asked, form: Form) -> Page {
        let is_wrong = form.fields.iter().any(|field| field.wrong.is_some());
        let title = format!("Is {} not needed?", matter(asked));
        let page = Page::asking(title, vec![due_words(asked)], vec![form]);
        if is_wrong { page.refused() } else { page }
    }

    /// The link of another answer to the same prompt, which expires as this one does.
    fn derived(&self, asked: &Asked, answer: Answer) -> Result<String> {
        let action = Action::Prompt {
            answer,
            prompt: asked.prompt,
            since: asked.since,
        };
        token(
            self.app,
            &Claim {
                action,
                ..self.claim
            },
        )
    }
}
