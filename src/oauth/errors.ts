import type { FailureText, OAuthFailure, WireError } from "./failure.ts";
import { FAILURE_TABLE } from "./failure-table.ts";

export type { BearerFailure, OAuthFailure, WireError } from "./failure.ts";

/** Maps a failure to the answer of a machine endpoint; always with `Cache-Control: no-store`. */
export const toWire = (failure: OAuthFailure): WireError => {
  const { status, error, description, headers } = describeFailure(failure);
  return {
    status,
    body: { error, error_description: description },
    headers: { "Cache-Control": "no-store", ...headers },
  };
};

/** What the error page says to a person: fixed text, nothing from the request. */
export const toPublicText = (
  failure: OAuthFailure,
): { readonly title: string; readonly text: string } => {
  const { title, text } = describeFailure(failure);
  return { title, text };
};

const describeFailure = (failure: OAuthFailure): FailureText => {
  // The table is typed row by row: the row of a kind takes exactly the failures of that kind.
  const row = FAILURE_TABLE[failure.kind] as (evidence: OAuthFailure) => FailureText;
  return row(failure);
};
