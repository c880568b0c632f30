import { AREAS, isAccessLevel, isAreaId, type AreaId } from "../core/access.ts";
import { type ConnectionId, toConnectionId } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ConsentDecision } from "../oauth/authorization-server.ts";
import { OTHER_ACCOUNT, TOKEN_DECISION } from "../web/consent-choices.ts";
import type { PrivateTokenEntry } from "../upstream/upstream.ts";
import { parseForm } from "./form-body.ts";
import { readLocationId, readPrivateToken, TOKEN_MISSING } from "./private-token-form.ts";
import type { RouteRequest } from "./route.ts";

/** The consent form as it came back. */
export interface ConsentForm {
  readonly transactionId: string;
  readonly csrfToken: string;
  readonly choice: ConsentChoice;
}

/** What the person chose, or what is missing, in words for the page. */
export type ConsentChoice =
  | {
      readonly kind: "approve";
      readonly decision: ConsentDecision;
      /** An account that the person is signed in to; absent where they choose one at GoHighLevel. */
      readonly connectionId?: ConnectionId;
      /** A private integration token to use in place of any account. */
      readonly privateToken?: PrivateTokenEntry;
    }
  | { readonly kind: "deny" }
  | ({ readonly kind: "incomplete" } & RefusedChoice);

/** A choice that cannot be taken as it is: what is wrong with it, and what the form shows again. */
export interface RefusedChoice {
  readonly notice: string;
  readonly chosen?: ConsentDecision;
  readonly locationId?: string;
}

/** Reads the consent form; fails where it is not a form that our page could have sent. */
export const readConsentForm = (
  request: Pick<RouteRequest, "headers" | "body">,
): Result<ConsentForm, "unreadable"> => {
  const form = parseForm({
    contentType: request.headers["content-type"],
    body: request.body,
    repeatable: ["area"],
  });
  if (!form.ok) return fail("unreadable");
  const choice = readChoice(form.value);
  if (choice === undefined) return fail("unreadable");
  return ok({
    transactionId: form.value.get("transaction") ?? "",
    csrfToken: form.value.get("csrf") ?? "",
    choice,
  });
};

const readChoice = (form: URLSearchParams): ConsentChoice | undefined => {
  const decision = form.get("decision");
  if (decision === "deny") return { kind: "deny" };
  if (decision !== "approve" && decision !== TOKEN_DECISION) return undefined;
  const access = form.get("access") ?? "";
  const areas = form.getAll("area");
  if (!isAccessLevel(access) || !areas.every(isAreaId)) return undefined;
  if (areas.length === 0) {
    return { kind: "incomplete", notice: "Choose at least one area, or deny the request." };
  }
  const chosen = { access, areas: toAreas(areas) };
  // A token that was entered counts with either button: Enter in its field presses the first one.
  const privateToken = readPrivateToken(form);
  if (privateToken !== undefined) return { kind: "approve", decision: chosen, privateToken };
  if (decision === TOKEN_DECISION) {
    return {
      kind: "incomplete",
      notice: TOKEN_MISSING,
      chosen,
      locationId: readLocationId(form),
    };
  }
  const account = form.get("connection") ?? OTHER_ACCOUNT;
  return {
    kind: "approve",
    decision: chosen,
    ...(account === OTHER_ACCOUNT ? {} : { connectionId: toConnectionId(account) }),
  };
};

/** Every box ticked means all areas, also those that GoHighLevel adds later. */
const toAreas = (areas: readonly AreaId[]): readonly AreaId[] | "all" => {
  const chosen = AREAS.map((area) => area.id).filter((id) => areas.includes(id));
  return chosen.length === AREAS.length ? "all" : chosen;
};
