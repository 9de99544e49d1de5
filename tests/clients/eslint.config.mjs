// @graphql-eslint: its schema-recommended and schema-relay rules over the schema, operations-recommended over docs/operations.
// What differs from them stands here with its reason; docs/api.md and the design are what the schema is held to.

import graphql from "@graphql-eslint/eslint-plugin";

const { parser, configs } = graphql;
const plugins = { "@graphql-eslint": graphql };

// What is reckoned for an answer, tells of an event, or is a part of what has an id: nobody can look it up later. Whatever else has no id is found.
const WITHOUT_IDENTITY = `
  Acceptance AcceptanceCarrier AcceptanceConstraint AcceptanceMove Accountable AssignmentSetResult Book BookProject
  BookingChangeResult Capacity CapacityAgainst CapacityChanged CapacityStep Change ChangedInventoryLine ClientStanding
  ConstraintCause ContactCard ContactCardPerson DecisionScores EmailEvent EmailPreview FactorPoints FieldChange Flip
  ForecastedEmail HandoverBack HandoverProgress InventoryDifference InventoryFieldChange InventoryHolder InventoryLine
  LetterApproval LetterPreview Load MailDelivered ManagerFigures PageInfo PersonCapacity PersonCapacityAgainst
  PersonSimulation PersonSkill PlanBroken PlanCost PlanFigures PlanGuardOverride PlanKept PlanMove PlanOutcome
  PlanPerson PlanPin PlanPoint PlanReceiver PlanTerms PlanWeights ProgrammeMilestone ProgrammeProgress ProjectChanged
  ProjectSkill ReDecide Recommendation Relationship ResponsibilityHeld SimulatedCapacity SimulatedGap
  SimulatedOverload SimulatedWeek Simulation SplitFigures StageCount StrongRelationship TeamCapacity
  TimeOffChangeResult UnstaffedProject UserError WeekCapacityAgainst
`;

const schemaRules = {
  ...configs["flat/schema-recommended"].rules,
  ...configs["flat/schema-relay"].rules,

  "@graphql-eslint/strict-id-in-types": [
    "error",
    { exceptions: { suffixes: ["Connection", "Edge", "Payload"], types: WITHOUT_IDENTITY.trim().split(/\s+/) } },
  ],

  "@graphql-eslint/relay-edge-types": [
    "error",
    {
      withEdgeSuffix: true,
      // Connections have `nodes` beside `edges`, for clients that need no cursors; and what is short by its nature, such as
      // the two who are accountable, is a plain list.
      listTypeCanWrapOnlyEdgeType: false,
      // Long lists of what is reckoned are paged as well: a line of the inventory has no id. Whatever has one is a Node:
      // `whatever_has_an_id_is_a_node` in tests/it/schema.rs.
      shouldImplementNode: false,
    },
  ],
};

const operationRules = {
  ...configs["flat/operations-recommended"].rules,

  // Relay's naming is what the recommended rule forbids: an operation ends in what it is, and a fragment is named after its
  // file and what it describes.
  "@graphql-eslint/naming-convention": [
    "error",
    {
      VariableDefinition: "camelCase",
      "OperationDefinition[operation=query]": { style: "PascalCase", requiredSuffixes: ["Query"] },
      "OperationDefinition[operation=mutation]": { style: "PascalCase", requiredSuffixes: ["Mutation"] },
      "OperationDefinition[operation=subscription]": { style: "PascalCase", requiredSuffixes: ["Subscription"] },
      FragmentDefinition: { requiredPattern: /^[A-Z][A-Za-z]*_[a-z][A-Za-z]*$/ },
    },
  ],
};

const graphQLConfig = { schema: "schema.graphql", documents: "operations/*.graphql" };
const languageOptions = { parser, parserOptions: { graphQLConfig } };

export default [
  { files: ["schema.graphql"], languageOptions, plugins, rules: schemaRules },
  { files: ["operations/*.graphql"], languageOptions, plugins, rules: operationRules },
];
