//! The enumerations stored in tables, as upper-case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! stored_as_text {
    ($(#[doc = $doc:literal] $name:ident { $(#[doc = $value_doc:literal] $value:ident = $text:literal),+ $(,)? })+) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(
                #[doc = $value_doc]
                #[sea_orm(string_value = $text)]
                #[serde(rename = $text)]
                $value,
            )+
        }

        impl $name {
            /// The word as it is stored and as the API has it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }

            /// Every word there is, in order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The value a word names; none when it names none.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($text => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    )+};
}

stored_as_text! {
    /// What a person may do here (api.md, "Who may what").
    Access {
        /// Everything.
        Owner = "OWNER",
        /// Reads all, writes what they are accountable for.
        Manager = "MANAGER",
        /// Reads clients, projects and their own capacity.
        Member = "MEMBER",
    }
    /// One of the two halves of the job.
    Side {
        /// Speaking for the client: the account manager's.
        Client = "CLIENT",
        /// Running production: the production manager's.
        Project = "PROJECT",
    }
    /// The side a role holds.
    RoleSide {
        /// ACCOUNT_MANAGER.
        Client = "CLIENT",
        /// PRODUCTION_MANAGER.
        Project = "PROJECT",
        /// PROJECT_MANAGER, the unsplit hat.
        Both = "BOTH",
    }
    /// Where a project stands.
    ProjectStatus {
        /// Not agreed yet.
        Proposed = "PROPOSED",
        /// Being worked on.
        Active = "ACTIVE",
        /// Kept warm.
        BackBurner = "BACK_BURNER",
        /// Done.
        Completed = "COMPLETED",
        /// Given up.
        Cancelled = "CANCELLED",
    }
    /// How large a project is to coordinate.
    ProjectSize {
        /// Extra small.
        Xs = "XS",
        /// Small.
        S = "S",
        /// Medium.
        M = "M",
        /// Large.
        L = "L",
        /// Extra large.
        Xl = "XL",
    }
    /// Which side must be strong on a project.
    LeadMode {
        /// The client side.
        AccountLed = "ACCOUNT_LED",
        /// Both.
        Joint = "JOINT",
        /// The project side.
        ProductionLed = "PRODUCTION_LED",
    }
    /// What wrote an assignment (R4).
    AssignmentSource {
        /// A person's own decision.
        Person = "PERSON",
        /// A spreadsheet.
        Import = "IMPORT",
        /// A re-assignment plan.
        Plan = "PLAN",
        /// A handover that reached TRANSFERRED.
        Handover = "HANDOVER",
        /// The demo agency.
        Demo = "DEMO",
    }
    /// How a booking's value is to be read.
    BookingMethod {
        /// Minutes on each day with availability.
        PerDay = "PER_DAY",
        /// A share of availability, in basis points.
        Percent = "PERCENT",
        /// Minutes in all, spread in proportion to availability.
        Total = "TOTAL",
    }
    /// What sort of contact a touchpoint was.
    TouchpointKind {
        /// A project's kick-off.
        Kickoff = "KICKOFF",
        /// A client update.
        Update = "UPDATE",
        /// A call.
        Call = "CALL",
        /// A meeting.
        Meeting = "MEETING",
        /// An email; does not count as an update.
        Email = "EMAIL",
        /// A proactive idea or suggestion; does not count as an update.
        ReachOut = "REACH_OUT",
    }
    /// What a prompt asks for.
    PromptTopic {
        /// A client update.
        Update = "UPDATE",
        /// A proactive idea or suggestion.
        ReachOut = "REACH_OUT",
        /// Facts of a production-led project, for its client's update.
        Facts = "FACTS",
    }
    /// What somebody chose about a prompt.
    PromptChoiceKind {
        /// It comes again in some days.
        Snoozed = "SNOOZED",
        /// Somebody else is prompted.
        HandedOver = "HANDED_OVER",
        /// It is not needed this time.
        Dismissed = "DISMISSED",
        /// What was chosen before was taken back.
        Resumed = "RESUMED",
    }
    /// Through which door a choice came.
    Door {
        /// A link in a mail.
        Link = "LINK",
        /// The API.
        Api = "API",
    }
    /// Where a client's request stands.
    RequestState {
        /// Waits for production's answer.
        Raised = "RAISED",
        /// Production does it.
        Accepted = "ACCEPTED",
        /// Production objected; waits for an owner.
        Objected = "OBJECTED",
        /// An owner decided for it.
        Granted = "GRANTED",
        /// An owner decided against it.
        Declined = "DECLINED",
        /// The account side took it back.
        Withdrawn = "WITHDRAWN",
    }
    /// What a re-assignment plan is for.
    PlanKind {
        /// Better shares of the work.
        Reassignment = "REASSIGNMENT",
        /// Everything that one person holds goes to others.
        Leaver = "LEAVER",
        /// Two unsplit managers become an account manager and a production manager.
        Split = "SPLIT",
    }
    /// Where a re-assignment plan stands.
    PlanState {
        /// It is being worked out.
        Solving = "SOLVING",
        /// It is worked out and waits for an owner.
        Ready = "READY",
        /// Its constraints clash.
        Infeasible = "INFEASIBLE",
        /// It could not be worked out: the problem says why.
        Failed = "FAILED",
        /// Somebody called it off.
        Cancelled = "CANCELLED",
        /// An owner approved it: handovers may be made from it.
        Approved = "APPROVED",
    }
    /// Where a programme stands.
    ProgrammeState {
        /// Its handovers are under way.
        Running = "RUNNING",
        /// Every handover of it is confirmed or cancelled.
        Done = "DONE",
        /// It was called off.
        Cancelled = "CANCELLED",
    }
    /// How far a handover is.
    HandoverStage {
        /// Nothing was said yet.
        Planned = "PLANNED",
        /// The client knows.
        Announced = "ANNOUNCED",
        /// The client has met who takes over.
        Introduced = "INTRODUCED",
        /// Who takes over works beside who hands over.
        Shadowing = "SHADOWING",
        /// The accountability has moved.
        Transferred = "TRANSFERRED",
        /// The client is content with it.
        Confirmed = "CONFIRMED",
        /// It was called off, and nothing moved.
        Cancelled = "CANCELLED",
    }
    /// What an owner made of a review.
    ReviewVerdict {
        /// It stays as it is.
        Keep = "KEEP",
        /// Something is changed.
        Adjust = "ADJUST",
        /// It is taken back.
        Revert = "REVERT",
    }
    /// Which mail.
    EmailKind {
        /// The weekly capacity summary.
        CapacitySummary = "CAPACITY_SUMMARY",
        /// The client-update prompt.
        ClientUpdate = "CLIENT_UPDATE",
        /// The letter that tells a client of a handover.
        ClientLetter = "CLIENT_LETTER",
        /// The question, half a year after a programme's start, whether the split is the better way.
        SixMonthReview = "SIX_MONTH_REVIEW",
        /// A mail that shows that mail gets out.
        Test = "TEST",
        /// The link that signs somebody in.
        SignIn = "SIGN_IN",
    }
    /// What an API token may do of what its person may.
    TokenScope {
        /// Ask.
        Read = "READ",
        /// Everything.
        Write = "WRITE",
    }
    /// Where a mail stands (jobs-and-mail.md, "Outbox").
    EmailState {
        /// Waits for its time or its next attempt.
        Pending = "PENDING",
        /// A replica works on it; nothing was given away yet.
        Claimed = "CLAIMED",
        /// Being given to the mail server: it may have it.
        Data = "DATA",
        /// The mail server took it.
        Sent = "SENT",
        /// It will not be sent; the reason says why.
        Failed = "FAILED",
        /// Its time had passed before it could be sent.
        Expired = "EXPIRED",
        /// Somebody called it off.
        Cancelled = "CANCELLED",
        /// It may have arrived, and is not sent again unless an owner says so.
        Held = "HELD",
        /// There was nothing to say.
        SkippedEmpty = "SKIPPED_EMPTY",
        /// The recipient is away; the delegate's mail covers it.
        SkippedAbsent = "SKIPPED_ABSENT",
    }
    /// What came of an attempt, or of a mail that was sent.
    AttemptOutcome {
        /// The mail server took it.
        Accepted = "ACCEPTED",
        /// Refused with a 4xx reply: try again.
        RefusedForNow = "REFUSED_FOR_NOW",
        /// Refused with a 5xx reply.
        Refused = "REFUSED",
        /// Certainly not sent: no connection, or lost before the message.
        NotSent = "NOT_SENT",
        /// The reply to the message was lost: perhaps sent.
        Ambiguous = "AMBIGUOUS",
        /// Another replica had taken over.
        Fenced = "FENCED",
        /// It was sent, and a mail server on its way gave it up.
        Bounced = "BOUNCED",
        /// It was sent, and a mail server on its way told of it: late, handed on, or delivered.
        Reported = "REPORTED",
    }
    /// What webhooks are told of.
    WebhookEvent {
        /// There is a new project.
        ProjectCreated = "PROJECT_CREATED",
        /// A project, its skills, exceptions, decision or who holds it, was changed.
        ProjectUpdated = "PROJECT_UPDATED",
        /// A project was taken off the lists.
        ProjectArchived = "PROJECT_ARCHIVED",
        /// There is a new client.
        ClientCreated = "CLIENT_CREATED",
        /// A client, or who holds it, was changed.
        ClientUpdated = "CLIENT_UPDATED",
        /// A client was taken off the lists.
        ClientArchived = "CLIENT_ARCHIVED",
        /// There is a new handover.
        HandoverCreated = "HANDOVER_CREATED",
        /// A handover has reached a stage before its last.
        HandoverAdvanced = "HANDOVER_ADVANCED",
        /// A handover is confirmed.
        HandoverCompleted = "HANDOVER_COMPLETED",
        /// A handover was called off.
        HandoverCancelled = "HANDOVER_CANCELLED",
        /// Something was changed that somebody's capacity follows from.
        CapacityChanged = "CAPACITY_CHANGED",
        /// The mail server took a mail.
        EmailSent = "EMAIL_SENT",
        /// A mail will not be sent.
        EmailFailed = "EMAIL_FAILED",
        /// An owner tries a webhook.
        WebhookTest = "WEBHOOK_TEST",
    }
    /// Where the delivery of an event to a webhook stands.
    WebhookDeliveryState {
        /// Waits for its next attempt.
        Pending = "PENDING",
        /// A replica is sending it.
        Claimed = "CLAIMED",
        /// The receiver took it.
        Delivered = "DELIVERED",
        /// It will not be sent; the reason says why.
        Failed = "FAILED",
    }
}
