import { fail, ok, type Result } from "../../core/result.ts";
import type { Client, ClientSource } from "../clients/client.ts";
import type { FetchLimit } from "../clients/fetch-budget.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Reach } from "../scopes.ts";
import { type ParameterFailure, type Parameters, readParameters } from "../wire.ts";
import { checkClient } from "./check-client.ts";
import { checkPkce } from "./check-pkce.ts";
import { checkPrompt } from "./check-prompt.ts";
import { checkRedirectUri } from "./check-redirect-uri.ts";
import { checkRequestObject } from "./check-request-object.ts";
import { checkResource } from "./check-resource.ts";
import { checkResponseMode } from "./check-response-mode.ts";
import { checkResponseType } from "./check-response-type.ts";
import { checkScope } from "./check-scope.ts";

/** An authorization request that passed every step. */
export interface SoundRequest {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state?: string;
  readonly challenge: string;
  readonly resource: string;
  readonly reach: Reach;
}

/** What went wrong, and whether it may be told to the client at its redirect URI. */
export type StepFailure =
  | { readonly tell: "page"; readonly failure: OAuthFailure }
  | {
      readonly tell: "redirect";
      readonly failure: OAuthFailure;
      readonly redirectUri: string;
      readonly state?: string;
    };

/** What each step after the two that prove the way back is given. */
interface StepInput {
  readonly parameters: Parameters;
  readonly problems: readonly ParameterFailure[];
  readonly issuer: string;
}

/**
 * The steps once client and redirect URI are proven, in their order: the first that fails is the
 * error that the client gets.
 */
const REDIRECTING_STEPS = {
  parameters: ({ problems }) => checkProblems(problems),
  responseType: ({ parameters }) => checkResponseType(parameters),
  responseMode: ({ parameters }) => checkResponseMode(parameters),
  requestObject: ({ parameters }) => checkRequestObject(parameters),
  challenge: ({ parameters }) => checkPkce(parameters),
  resource: ({ parameters, issuer }) => checkResource(parameters, issuer),
  reach: ({ parameters }) => checkScope(parameters),
  prompt: ({ parameters }) => checkPrompt(parameters),
} as const satisfies Readonly<Record<string, (input: StepInput) => Result<unknown, OAuthFailure>>>;

type Steps = typeof REDIRECTING_STEPS;
type StepValues = {
  readonly [Name in keyof Steps]: Extract<ReturnType<Steps[Name]>, { readonly ok: true }>["value"];
};

/**
 * Judges an authorization request (RFC 6749 §4.1.1): the client, then its redirect URI, whose failures
 * stay here, then the table of all other steps, whose failures go to the redirect URI.
 */
export const runSteps = async (
  deps: { readonly clients: Pick<ClientSource, "find">; readonly issuer: string },
  sent: URLSearchParams,
  fetchLimit?: FetchLimit,
): Promise<Result<SoundRequest, StepFailure>> => {
  const { parameters, problems } = readParameters(sent);
  const local = problems.find(({ parameter }) => LOCAL_PARAMETERS.has(parameter));
  if (local !== undefined) return fail({ tell: "page", failure: local });
  const client = await checkClient(deps.clients, parameters, fetchLimit);
  if (!client.ok) return fail({ tell: "page", failure: client.failure });
  const redirectUri = checkRedirectUri(client.value, parameters);
  if (!redirectUri.ok) return fail({ tell: "page", failure: redirectUri.failure });

  const wayBack = {
    redirectUri: redirectUri.value,
    ...(parameters.state === undefined ? {} : { state: parameters.state }),
  };
  const steps = runTable({ parameters, problems, issuer: deps.issuer });
  if (!steps.ok) return fail({ tell: "redirect", failure: steps.failure, ...wayBack });
  const { challenge, resource, reach } = steps.value;
  return ok({ client: client.value, ...wayBack, challenge, resource, reach });
};

const LOCAL_PARAMETERS: ReadonlySet<string> = new Set(["client_id", "redirect_uri"]);

const runTable = (input: StepInput): Result<StepValues, OAuthFailure> => {
  const values: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(REDIRECTING_STEPS)) {
    const outcome = step(input);
    if (!outcome.ok) return outcome;
    values[name] = outcome.value;
  }
  // Every step of the table has just put its own value under its own name.
  return ok(values as StepValues);
};

/** A parameter must not come twice (RFC 6749 §3.1): two readers could act on different values. */
const checkProblems = (problems: readonly ParameterFailure[]): Result<"sound", OAuthFailure> => {
  const [problem] = problems;
  return problem === undefined ? ok("sound") : fail(problem);
};
