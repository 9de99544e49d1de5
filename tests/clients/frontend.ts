// A frontend in TypeScript, only compiled: the types that graphql-codegen makes of docs/operations say what is asked and answered.

import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { useFragment as unmasked } from "./generated/fragment-masking";
import {
  Board_ClientFragmentDoc,
  BoardQueryDocument,
  BookingCreateMutationDocument,
  PersonWeekQueryDocument,
} from "./generated/graphql";

const client = new ApolloClient({ link: new HttpLink({ uri: "/graphql" }), cache: new InMemoryCache() });

export async function clientNames(): Promise<string[]> {
  const { data } = await client.query({ query: BoardQueryDocument, variables: { first: 10 } });
  const nodes = data?.clients.edges.map((edge) => unmasked(Board_ClientFragmentDoc, edge.node)) ?? [];
  return nodes.map((node) => node.name);
}

// What may be null has to be thought of: nobody has this id, or the capacity is not theirs to see.
export async function scheduledMinutes(id: string): Promise<number | undefined> {
  const variables = { id, from: "2026-W48", fromOn: "2026-11-23", toOn: "2026-11-29" };
  const { data } = await client.query({ query: PersonWeekQueryDocument, variables });
  return data?.person?.capacity?.[0]?.timeOffMinutes;
}

// @ts-expect-error: it is not said how many.
export const withoutPage = () => client.query({ query: BoardQueryDocument, variables: {} });

const booking = { personId: "per_…", projectId: "prj_…", startsOn: "2026-11-30", endsOn: "2026-12-04", value: 120 };

export const booked = () =>
  client.mutate({ mutation: BookingCreateMutationDocument, variables: { input: { ...booking, method: "PER_DAY" } } });

// @ts-expect-error: there is no such method of booking.
export const halfBooked = () => client.mutate({ mutation: BookingCreateMutationDocument, variables: { input: { ...booking, method: "PER_WEEK" } } });
