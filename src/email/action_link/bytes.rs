//! A claim as bytes. Links that were mailed carry these: they do not change.
//!
//! Action, person, what it is about, expiry in Unix seconds: 42 bytes about a prompt, 22 about a kind of mail.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::{Action, Answer, Claim};
use crate::domain::prompts::Prompt;
use crate::domain::subscriptions::SUBSCRIBED;
use crate::email::stop_link::kind_byte;
use crate::entity::{EmailKind, PromptTopic};

const PAUSE: u8 = 6;
const CHANGE_TIME: u8 = 7;
const ANSWERS: [Answer; 5] = [
    Answer::Log,
    Answer::Choose,
    Answer::Snooze,
    Answer::HandOver,
    Answer::Dismiss,
];
const TOPICS: [PromptTopic; 3] = [
    PromptTopic::Update,
    PromptTopic::ReachOut,
    PromptTopic::Facts,
];

pub(super) fn written(claim: &Claim) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    match claim.action {
        Action::Prompt { answer, .. } => bytes.push(answer_byte(answer)),
        Action::Pause(_) => bytes.push(PAUSE),
        Action::ChangeTime(_) => bytes.push(CHANGE_TIME),
    }
    bytes.extend(claim.person_id.as_bytes());
    match claim.action {
        Action::Prompt { prompt, since, .. } => {
            bytes.push(topic_byte(prompt.topic));
            bytes.extend(prompt.subject_id.as_bytes());
            bytes.extend(since.map_or(0, day_number).to_be_bytes());
        }
        Action::Pause(kind) | Action::ChangeTime(kind) => bytes.push(kind_byte(kind)),
    }
    // Until the year 2106.
    let expiry = u32::try_from(claim.expires_at.as_second()).unwrap_or_default();
    bytes.extend(expiry.to_be_bytes());
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Option<Claim> {
    let mut rest = Rest(bytes);
    let [action] = rest.take()?;
    let person_id = Uuid::from_bytes(rest.take()?);
    let action = match action {
        PAUSE => Action::Pause(rest.kind()?),
        CHANGE_TIME => Action::ChangeTime(rest.kind()?),
        answer => Action::Prompt {
            answer: of_byte(&ANSWERS, answer_byte, answer)?,
            prompt: Prompt {
                topic: rest.topic()?,
                subject_id: Uuid::from_bytes(rest.take()?),
            },
            since: rest.day()?,
        },
    };
    let expiry = u32::from_be_bytes(rest.take()?);
    rest.0.is_empty().then_some(Claim {
        person_id,
        action,
        expires_at: Timestamp::from_second(expiry.into()).ok()?,
    })
}

/// What of a token was not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn kind(&mut self) -> Option<EmailKind> {
        let [byte] = self.take()?;
        of_byte(&SUBSCRIBED, kind_byte, byte)
    }

    fn topic(&mut self) -> Option<PromptTopic> {
        let [byte] = self.take()?;
        of_byte(&TOPICS, topic_byte, byte)
    }

    /// A day, or that there is none; none when it is not on the calendar.
    fn day(&mut self) -> Option<Option<Date>> {
        let number = i32::from_be_bytes(self.take()?);
        if number == 0 {
            return Some(None);
        }
        let part = |number: i32| i8::try_from(number).ok();
        let year = i16::try_from(number / 10_000).ok()?;
        let day = Date::new(year, part(number / 100 % 100)?, part(number % 100)?);
        day.ok().map(Some)
    }
}

/// 2026-11-02 as 20261102.
fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

fn of_byte<T: Copy>(all: &[T], byte_of: fn(T) -> u8, byte: u8) -> Option<T> {
    all.iter().copied().find(|one| byte_of(*one) == byte)
}

fn answer_byte(answer: Answer) -> u8 {
    match answer {
        Answer::Log => 1,
        Answer::Choose => 2,
        Answer::Snooze => 3,
        Answer::HandOver => 4,
        Answer::Dismiss => 5,
    }
}

fn topic_byte(topic: PromptTopic) -> u8 {
    match topic {
        PromptTopic::Update => 1,
        PromptTopic::ReachOut => 2,
        PromptTopic::Facts => 3,
    }
}
