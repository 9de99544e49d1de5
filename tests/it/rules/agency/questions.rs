//! What if: asked, and nothing written (R11).

use jiff::civil::Date;
use serde_json::json;

use super::Agency;
use crate::support::tables;

const WHAT_IF: &str =
    "query ($operations: [SimulationOperation!]!) { simulate(operations: $operations, weeks: 3) {
    unstaffedAfter { totalCount } warnings } }";

const CAN_ACCEPT: &str = "query ($project: ProjectDraftInput!, $from: Date!) { canAccept(project: $project, from: $from) { verdict } }";

impl Agency<'_> {
    /// R11: whatever is asked, and however it is answered, not a row of any table is another.
    pub(super) async fn wonders(&self, client: usize, person: usize, on: Date) {
        let (client, person) = (&self.clients[client], self.person(person));
        let project = json!({ "client": { "id": client }, "name": "Perhaps" });
        let operations = json!([
            { "reassign": { "of": { "clientId": client }, "side": "CLIENT", "personId": person } },
            { "takeOnProject": { "project": project } },
            { "personLeaves": { "personId": person, "lastOn": on } },
            { "loseClient": { "clientId": client, "fromOn": on } },
        ]);
        let before = tables::contents(self.app).await;
        for (document, variables) in [
            (WHAT_IF, json!({ "operations": operations })),
            (CAN_ACCEPT, json!({ "project": project, "from": on })),
        ] {
            let answer = self.app.graphql(&self.people[0], document, variables).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(code.is_null() || code == "BAD_USER_INPUT", "{answer:#}");
        }
        assert_eq!(
            tables::contents(self.app).await,
            before,
            "a question has written"
        );
    }
}
