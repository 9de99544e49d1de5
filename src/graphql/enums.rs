//! The domain's enumerations as the API has them.

use async_graphql::Enum;

use crate::entity;

macro_rules! mirrored {
    ($(#[doc = $doc:literal] $name:ident = $remote:literal { $(#[doc = $value_doc:literal] $value:ident),+ $(,)? })+) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        #[graphql(remote = $remote)]
        pub enum $name {
            $(#[doc = $value_doc] $value,)+
        }
    )+};
}

mirrored! {
    /// What a person may do: OWNER everything; MANAGER reads all and writes what they are accountable for; MEMBER reads clients, projects and their own capacity.
    Access = "entity::Access" {
        /// Everything.
        Owner,
        /// Reads all, writes what they are accountable for.
        Manager,
        /// Reads clients, projects and their own capacity.
        Member,
    }
    /// One of the two halves of the job.
    Side = "entity::Side" {
        /// Speaking for the client: the account manager's.
        Client,
        /// Running production: the production manager's.
        Project,
    }
    /// The side that a role holds.
    RoleSide = "entity::RoleSide" {
        /// The client side: the account manager.
        Client,
        /// The project side: the production manager.
        Project,
        /// Both: the unsplit project manager.
        Both,
    }
    /// Where a project stands.
    ProjectStatus = "entity::ProjectStatus" {
        /// Not agreed yet.
        Proposed,
        /// Being worked on.
        Active,
        /// Kept warm: little work, still somebody's.
        BackBurner,
        /// Done.
        Completed,
        /// Given up.
        Cancelled,
    }
    /// How large a project is to coordinate, against M: XS 40 %, S 70 %, L 150 %, XL 220 % of its minutes.
    ProjectSize = "entity::ProjectSize" {
        /// Extra small: 40 % of M.
        Xs,
        /// Small: 70 % of M.
        S,
        /// Medium: the measure of the others.
        M,
        /// Large: 150 % of M.
        L,
        /// Extra large: 220 % of M.
        Xl,
    }
    /// Which side must be strong on a project.
    LeadMode = "entity::LeadMode" {
        /// The client side: the account manager carries most of both.
        AccountLed,
        /// Each side carries its own.
        Joint,
        /// The project side: the production manager carries most of both.
        ProductionLed,
    }
    /// What wrote an assignment.
    AssignmentSource = "entity::AssignmentSource" {
        /// A person's own decision.
        Person,
        /// A spreadsheet that was imported.
        Import,
        /// A re-assignment plan.
        Plan,
        /// A handover that reached TRANSFERRED.
        Handover,
        /// The demo agency.
        Demo,
    }
    /// How a booking's value is to be read.
    BookingMethod = "entity::BookingMethod" {
        /// Minutes on each day with availability.
        PerDay,
        /// A share of availability, in basis points.
        Percent,
        /// Minutes in all, spread in proportion to availability.
        Total,
    }
    /// What sort of contact a touchpoint was. KICKOFF, UPDATE, CALL and MEETING count as a client update.
    TouchpointKind = "entity::TouchpointKind" {
        /// A project's kick-off. Counts as an update.
        Kickoff,
        /// A client update.
        Update,
        /// A call. Counts as an update.
        Call,
        /// A meeting. Counts as an update.
        Meeting,
        /// An email. Does not count as an update.
        Email,
        /// A proactive idea or suggestion. Does not count as an update.
        ReachOut,
    }
    /// What a prompt asks for.
    PromptTopic = "entity::PromptTopic" {
        /// A client update: of the account manager.
        Update,
        /// A proactive idea or suggestion: of the account manager.
        ReachOut,
        /// Facts of a production-led project, for its client's update: of the production manager.
        Facts,
    }
    /// What somebody chose about a prompt.
    PromptChoiceKind = "entity::PromptChoiceKind" {
        /// It comes again after two working days.
        Snoozed,
        /// Somebody else is prompted instead.
        HandedOver,
        /// It is not needed this time.
        Dismissed,
        /// What was chosen before was taken back.
        Resumed,
    }
    /// Through which door something came.
    Door = "entity::Door" {
        /// A link in a mail.
        Link,
        /// The API.
        Api,
    }
    /// Where a client's request stands.
    RequestState = "entity::RequestState" {
        /// Waits for production's answer.
        Raised,
        /// Production does it.
        Accepted,
        /// Production objected; waits for an owner.
        Objected,
        /// An owner decided for it.
        Granted,
        /// An owner decided against it.
        Declined,
        /// The account side took it back.
        Withdrawn,
    }
    /// What a re-assignment plan is for.
    PlanKind = "entity::PlanKind" {
        /// Better shares of the work.
        Reassignment,
        /// Everything that one person holds goes to others.
        Leaver,
        /// Two unsplit managers become an account manager and a production manager.
        Split,
    }
    /// Where a re-assignment plan stands.
    PlanState = "entity::PlanState" {
        /// It is being worked out.
        Solving,
        /// It is worked out and waits for an owner.
        Ready,
        /// Its constraints clash.
        Infeasible,
        /// It could not be worked out: the problem says why.
        Failed,
        /// Somebody called it off.
        Cancelled,
        /// An owner approved it: handovers may be made from it.
        Approved,
    }
    /// Where a programme stands.
    ProgrammeState = "entity::ProgrammeState" {
        /// Its handovers are under way.
        Running,
        /// Every handover of it is confirmed or cancelled.
        Done,
        /// It was called off.
        Cancelled,
    }
    /// How far a handover is.
    HandoverStage = "entity::HandoverStage" {
        /// Nothing was said yet.
        Planned,
        /// The client knows.
        Announced,
        /// The client has met who takes over.
        Introduced,
        /// Who takes over works beside who hands over.
        Shadowing,
        /// The accountability has moved.
        Transferred,
        /// The client is content with it.
        Confirmed,
        /// It was called off, and nothing moved.
        Cancelled,
    }
    /// What an owner made of a review.
    ReviewVerdict = "entity::ReviewVerdict" {
        /// It stays as it is.
        Keep,
        /// Something is changed.
        Adjust,
        /// It is taken back.
        Revert,
    }
    /// Which mail.
    EmailKind = "entity::EmailKind" {
        /// The weekly capacity summary.
        CapacitySummary,
        /// The client-update prompt.
        ClientUpdate,
        /// The letter that tells a client of a handover: for a contact of the client.
        ClientLetter,
        /// The six-month review of a programme: for an owner.
        SixMonthReview,
        /// A mail that an owner sends to see whether mail gets out.
        Test,
        /// The link that signs somebody in: for whoever asked at `/sign-in`.
        SignIn,
    }
    /// What an API token may do of what its person may.
    TokenScope = "entity::TokenScope" {
        /// Queries only: every mutation is FORBIDDEN.
        Read,
        /// Everything that the person may do.
        Write,
    }
    /// Where a mail stands.
    EmailState = "entity::EmailState" {
        /// Waits for its time or for its next attempt.
        Pending,
        /// A replica works on it; nothing was given to the mail server yet.
        Claimed,
        /// It is being given to the mail server, which may have it already.
        Data,
        /// The mail server took it.
        Sent,
        /// It will not be sent; the reason says why.
        Failed,
        /// Its time had passed before it could be sent.
        Expired,
        /// Somebody called it off.
        Cancelled,
        /// It may have arrived, and is not sent again unless an owner says so.
        Held,
        /// There was nothing to say.
        SkippedEmpty,
        /// The recipient is away; the delegate's mail covers it.
        SkippedAbsent,
    }
    /// What happened, as webhooks are told. In a message's `type` it stands as `project.updated`.
    WebhookEvent = "entity::WebhookEvent" {
        /// `project.created`: there is a new project, `projectId`.
        ProjectCreated,
        /// `project.updated`: a project was changed, its skills, exceptions or role decision, or who holds a role for it; `projectId`.
        ProjectUpdated,
        /// `project.archived`: a project was taken off the lists; `projectId`.
        ProjectArchived,
        /// `client.created`: there is a new client, `clientId`.
        ClientCreated,
        /// `client.updated`: a client was changed, its role decision, or who holds a role for it; `clientId`.
        ClientUpdated,
        /// `client.archived`: a client was taken off the lists; `clientId`.
        ClientArchived,
        /// `handover.created`: there is a new handover, `handoverId`, at its `stage`.
        HandoverCreated,
        /// `handover.advanced`: a handover, `handoverId`, has reached a `stage` before its last.
        HandoverAdvanced,
        /// `handover.completed`: a handover, `handoverId`, is confirmed.
        HandoverCompleted,
        /// `handover.cancelled`: a handover, `handoverId`, was called off.
        HandoverCancelled,
        /// `capacity.changed`: something was changed that the capacity of a person, `personId`, follows from; null: of more than one.
        CapacityChanged,
        /// `email.sent`: the mail server took a mail, `emailId`.
        EmailSent,
        /// `email.failed`: a mail, `emailId`, will not be sent, since it was refused for good, goes to nobody or has expired.
        EmailFailed,
        /// `webhook.test`: an owner tries the webhook, `webhookId`. It need not be asked for.
        WebhookTest,
    }
    /// Where the delivery of an event to a webhook stands.
    WebhookDeliveryState = "entity::WebhookDeliveryState" {
        /// Waits for its next attempt.
        Pending,
        /// A replica is sending it.
        Claimed,
        /// The receiver took it: it answered 2xx.
        Delivered,
        /// It is not tried any more; the reason says why.
        Failed,
    }
    /// What came of an attempt to send a mail; BOUNCED and REPORTED are what a mail server told of it after it was sent.
    AttemptOutcome = "entity::AttemptOutcome" {
        /// The mail server took it.
        Accepted,
        /// Refused with a 4xx reply: it is tried again.
        RefusedForNow,
        /// Refused with a 5xx reply.
        Refused,
        /// Certainly not sent: no connection, or lost before the message.
        NotSent,
        /// The reply to the message was lost: perhaps sent.
        Ambiguous,
        /// Another replica had taken over.
        Fenced,
        /// A mail server on its way could not deliver it and gave it up.
        Bounced,
        /// A mail server on its way told that it is late, was handed on, or was delivered.
        Reported,
    }
}

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// Smallest, earliest or A first.
    Asc,
    /// Largest, latest or Z first.
    Desc,
}
