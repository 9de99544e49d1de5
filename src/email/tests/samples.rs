//! One week of the demo agency's like, for the tests of the mails.

use jiff::civil::{Date, date};

use crate::email::capacity_summary::{
    Agency, Book, CapacitySummary, Counts, CoveredBook, Decision, ManagerWeek, Matter as Weekly,
    OverdueUpdate, PersonWeek, RequestWaiting, TimeOff, Unreachable, Unstaffed, Waits, WeekAhead,
};
use crate::email::client_update::*;
use crate::email::figures::Figures;
use crate::email::frame::Frame;
use crate::email::line::Line;
use crate::entity::{HandoverStage, Side, TouchpointKind};

const MONDAY: Date = date(2026, 11, 23);

fn person(name: &str, figures: Figures) -> PersonWeek {
    PersonWeek {
        name: name.into(),
        figures,
    }
}

fn page(path: &str) -> Option<String> {
    Some(format!("https://meridian.example/{path}"))
}

fn lines(texts: &[&str]) -> Vec<Line> {
    texts.iter().map(Line::from).collect()
}

fn ahead() -> Vec<WeekAhead> {
    [
        (date(2026, 11, 30), Figures::sample(104, 92, 98, 104)),
        (date(2026, 12, 7), Figures::sample(120, 100, 110, 124)),
        (date(2026, 12, 14), Figures::sample(150, 88, 96, 96)),
        (date(2026, 12, 21), Figures::sample(60, 20, 20, 20)),
    ]
    .map(|(monday, figures)| WeekAhead { monday, figures })
    .into()
}

fn time_off() -> Vec<TimeOff> {
    vec![
        TimeOff {
            person: "Jonas Kraft".into(),
            from: date(2026, 11, 25),
            to: date(2026, 11, 27),
            delegate: Some("Priya Shah".into()),
        },
        TimeOff {
            person: "Tom Weber".into(),
            from: date(2026, 12, 7),
            to: date(2026, 12, 7),
            delegate: None,
        },
    ]
}

fn people() -> Vec<PersonWeek> {
    vec![
        person("Priya Shah", Figures::sample(30, 33, 35, 36)),
        person("Mireille Dubois-Lavoisier", Figures::sample(28, 27, 27, 27)),
        person("Jonas Kraft", Figures::sample(12, 9, 11, 13)),
        person("Tom Weber", Figures::sample(30, 16, 16, 16)),
    ]
}

fn book() -> Book {
    Book {
        figures: Figures::sample(30, 28, 31, 34),
        counts: Counts {
            active: 7,
            active_limit: 6,
            back_burner: 12,
            back_burner_limit: 15,
        },
        client_minutes: 312,
        project_minutes: 1368,
        role_mix_bp: Some(3714),
        people: people(),
        time_off: time_off(),
        ahead: ahead(),
    }
}

fn decision(matter: Weekly, path: &str) -> Decision {
    Decision {
        matter,
        url: page(path),
    }
}

fn request(waits: Waits) -> RequestWaiting {
    RequestWaiting {
        client: "Orchard Foods".into(),
        title: "A faster checkout".into(),
        raised_on: date(2026, 11, 18),
        waits,
        url: page("requests/req_1"),
    }
}

impl CapacitySummary {
    /// A production manager's week, with a colleague to cover for.
    pub(crate) fn sample() -> Self {
        Self {
            frame: Frame::sample("Sam Okafor"),
            monday: MONDAY,
            decisions: vec![
                decision(
                    Weekly::Over {
                        person: "Priya Shah".into(),
                        over_minutes: 180,
                    },
                    "people/per_1",
                ),
                decision(
                    Weekly::Free {
                        person: "Tom Weber".into(),
                        free_minutes: 840,
                    },
                    "people/per_2",
                ),
                decision(
                    Weekly::PastActiveLimit {
                        manager: "Sam Okafor".into(),
                        active: 7,
                        limit: 6,
                    },
                    "people/per_3",
                ),
            ],
            book: Some(book()),
            agency: None,
            covering: vec![CoveredBook {
                colleague: "Dana Lind".into(),
                until: date(2026, 11, 27),
                book: Book {
                    people: vec![person("Ana Souza", Figures::sample(20, 25, 25, 29))],
                    time_off: Vec::new(),
                    figures: Figures::sample(30, 17, 17, 17),
                    ..book()
                },
            }],
            requests: vec![request(Waits::Answer("Sam Okafor".into()))],
        }
    }

    /// The owner's week: the whole agency, late.
    pub(crate) fn owner_sample() -> Self {
        let manager = |name: &str, figures, active| ManagerWeek {
            name: name.into(),
            figures,
            counts: Counts {
                active,
                active_limit: 6,
                back_burner: 12,
                back_burner_limit: 15,
            },
            role_mix_bp: Some(9333),
        };
        let mut frame = Frame::sample("Ingrid Moser");
        frame.late_since = Some(MONDAY.at(8, 0, 0, 0));
        Self {
            frame,
            monday: MONDAY,
            decisions: vec![
                decision(
                    Weekly::Unstaffed {
                        project: "Orchard".into(),
                        side: Side::Project,
                    },
                    "projects/prj_1",
                ),
                decision(
                    Weekly::Unstaffed {
                        project: "Website relaunch".into(),
                        side: Side::Client,
                    },
                    "projects/prj_2",
                ),
                decision(
                    Weekly::Over {
                        person: "Priya Shah".into(),
                        over_minutes: 180,
                    },
                    "people/per_1",
                ),
                decision(Weekly::UpdatesOverdue { clients: 2 }, "updates"),
                decision(
                    Weekly::Free {
                        person: "Tom Weber".into(),
                        free_minutes: 840,
                    },
                    "people/per_2",
                ),
                decision(
                    Weekly::PastBackBurnerLimit {
                        manager: "Dana Lind".into(),
                        back_burner: 16,
                        limit: 15,
                    },
                    "people/per_4",
                ),
            ],
            book: None,
            agency: Some(Agency {
                figures: Figures::sample(310, 262, 281, 300),
                managers: vec![
                    manager("Dana Lind", Figures::sample(30, 31, 31, 31), 6),
                    manager("Sam Okafor", Figures::sample(30, 28, 31, 34), 7),
                ],
                people: people(),
                unstaffed: vec![
                    Unstaffed {
                        project: "Orchard".into(),
                        client: "Orchard Foods".into(),
                        side: Side::Project,
                    },
                    Unstaffed {
                        project: "Website relaunch".into(),
                        client: "Brightwell".into(),
                        side: Side::Client,
                    },
                ],
                overdue: vec![
                    OverdueUpdate {
                        client: "Brightwell".into(),
                        account_manager: Some("Dana Lind".into()),
                        due_on: date(2026, 11, 16),
                        days_late: 7,
                        choice: None,
                    },
                    OverdueUpdate {
                        client: "Harbour Trust".into(),
                        account_manager: Some("Sam Okafor".into()),
                        due_on: date(2026, 11, 17),
                        days_late: 6,
                        choice: Some("put off until Wed 25 Nov by Sam Okafor".into()),
                    },
                ],
                unreachable: vec![Unreachable {
                    whose: "Zoe Marsh (Orchard Foods)".into(),
                    address: "zoe@orchard.example".into(),
                    since: date(2026, 11, 20),
                }],
                time_off: time_off(),
                ahead: ahead(),
            }),
            covering: Vec::new(),
            requests: vec![request(Waits::Decision), request(Waits::Anybody)],
        }
    }
}

fn contact(kind: TouchpointKind, on: Date, by: &str) -> Option<Contact> {
    Some(Contact {
        kind,
        on,
        by: by.into(),
    })
}

impl ClientUpdate {
    /// An account manager's day, with a colleague to cover for.
    pub(crate) fn sample() -> Self {
        let mut frame = Frame::sample("Dana Lind");
        frame.weekday = None;
        frame.button_url = "https://meridian.example/updates".into();
        Self {
            frame,
            today: MONDAY,
            own: Prompts {
                updates: vec![orchard(), brightwell()],
                reach_outs: vec![ReachOutDue {
                    client: "Quill & Co".into(),
                    url: page("clients/cli_4"),
                    due_on: MONDAY,
                    every_days: 90,
                    last_contact: contact(TouchpointKind::Email, date(2026, 8, 25), "Dana Lind"),
                    answers: answers("quill"),
                }],
                facts: vec![facts()],
                notices: notices(),
                ..Prompts::default()
            },
            covering: vec![CoveredPrompts {
                colleague: "Sam Okafor".into(),
                until: date(2026, 11, 27),
                prompts: Prompts {
                    updates: vec![UpdateDue {
                        client: "Harbour Trust".into(),
                        url: page("clients/cli_3"),
                        since: Vec::new(),
                        waiting: Vec::new(),
                        last_contact: None,
                        ..brightwell()
                    }],
                    ..Prompts::default()
                },
            }],
            handed_over: vec![HandedPrompts {
                colleague: "Priya Shah".into(),
                prompts: Prompts {
                    updates: vec![UpdateDue {
                        client: "Weir & Daughters".into(),
                        url: page("clients/cli_6"),
                        answers: answers("weir"),
                        ..brightwell()
                    }],
                    ..Prompts::default()
                },
            }],
            in_copy: vec![CopiedPrompts {
                colleague: "Ana Souza".into(),
                prompts: Prompts {
                    updates: vec![UpdateDue {
                        client: "Lindqvist Marine".into(),
                        url: page("clients/cli_5"),
                        answers: None,
                        ..brightwell()
                    }],
                    ..Prompts::default()
                },
            }],
        }
    }
}

impl ClientUpdate {
    /// An owner's day: nothing of one's own is due, but others wait and some mail does not arrive.
    pub(crate) fn owner_sample() -> Self {
        let waits = |client: &str, path: &str, told| Overdue {
            client: client.into(),
            url: page(path),
            due_on: date(2026, 11, 18),
            days_late: 5,
            told,
        };
        let address = Undelivered::Address {
            since: date(2026, 11, 20),
            whose: "Zoe Marsh (Orchard Foods)".into(),
            address: "zoe@orchard.example".into(),
            reason:
                "mx.orchard.example could not deliver a mail to it: 550 5.1.1 nobody of that name."
                    .into(),
        };
        let closed = Undelivered::Address {
            since: date(2026, 11, 3),
            whose: "Max Ode (Brightwell)".into(),
            address: "max@brightwell.example".into(),
            reason: "The mail server refused it: 550 5.2.1 closed.".into(),
        };
        let mail = Undelivered::Mail {
            on: date(2026, 11, 16),
            whose: "Sam Okafor".into(),
            what: "weekly capacity summary".into(),
        };
        let mut overdue = vec![
            waits(
                "Orchard Foods",
                "clients/cli_1",
                Told::AccountManager("Dana Lind".into()),
            ),
            waits("Brightwell", "clients/cli_2", Told::Nobody),
        ];
        let of_dana = waits(
            "Quill & Co",
            "clients/cli_4",
            Told::Owners(lines(&["Olga Berg", "Otto Lang"])),
        );
        overdue.push(of_dana);
        Self {
            own: Prompts {
                overdue,
                undelivered: vec![address, closed, mail],
                ..Prompts::default()
            },
            covering: Vec::new(),
            in_copy: Vec::new(),
            handed_over: Vec::new(),
            ..Self::sample()
        }
    }
}

/// Links as long as those that are signed.
fn answers(about: &str) -> Option<AnswerLinks> {
    let url = |what: &str| {
        let token = format!("{what}-{about}-");
        format!("https://meridian.example/a/{:x<78}", token)
    };
    Some(AnswerLinks {
        log_url: Some(url("log")),
        more_url: url("more"),
    })
}

fn notices() -> Vec<Notice> {
    let kick_off = Matter::KickOff {
        on: date(2026, 11, 30),
        project: "Website".into(),
        client: "Orchard".into(),
    };
    let step = Matter::HandoverStep {
        due_on: date(2026, 11, 20),
        days_late: 3,
        client: "Brightwell".into(),
        side: Side::Client,
        stage: HandoverStage::Introduced,
        from: "Dana Lind".into(),
        to: "Sam Okafor".into(),
    };
    let review = Matter::Review {
        due_on: date(2026, 11, 19),
        programme: "The first split".into(),
    };
    let milestone = Matter::Milestone {
        percent: 50,
        on: date(2026, 11, 22),
        programme: "The split".into(),
    };
    [
        (kick_off, "projects/prj_7"),
        (step, "handovers/hnd_1"),
        (review, "reviews/rev_1"),
        (milestone, "programmes/prg_1"),
    ]
    .map(|(matter, path)| Notice {
        matter,
        url: page(path),
    })
    .into()
}

fn orchard() -> UpdateDue {
    UpdateDue {
        client: "Orchard Foods".into(),
        url: page("clients/cli_1"),
        due_on: date(2026, 11, 16),
        days_late: 7,
        overdue: true,
        cadence_days: 14,
        last_contact: contact(TouchpointKind::Call, date(2026, 11, 2), "Dana Lind"),
        since: lines(&[
            "Email from Sam Okafor on Thu 12 Nov",
            "Recipe finder completed on Wed 11 Nov",
            "Priya Shah booked 12 h on Orchard shop from Mon 23 Nov",
        ]),
        waiting: lines(&["Orchard shop has no production manager"]),
        projects: lines(&["Orchard shop", "Loyalty app"]),
        answers: answers("orchard"),
    }
}

fn brightwell() -> UpdateDue {
    UpdateDue {
        client: "Brightwell".into(),
        url: page("clients/cli_2"),
        due_on: MONDAY,
        days_late: 0,
        overdue: false,
        cadence_days: 7,
        last_contact: contact(TouchpointKind::Update, date(2026, 11, 16), "Ana Souza"),
        since: lines(&["Website relaunch moved from back burner to active on Thu 19 Nov"]),
        waiting: Vec::new(),
        projects: lines(&["Website relaunch"]),
        answers: answers("brightwell"),
    }
}

fn facts() -> FactsNeeded {
    FactsNeeded {
        project: "Ledger migration".into(),
        client: "Norrland Bank".into(),
        url: page("projects/prj_9"),
        writer: Some("Sam Okafor".into()),
        due_on: date(2026, 11, 24),
        facts: lines(&[
            "What was finished since Mon 9 Nov",
            "What is next, and when",
            "Anything at risk",
        ]),
        answers: answers("ledger").map(|answers| AnswerLinks {
            log_url: None,
            ..answers
        }),
    }
}
