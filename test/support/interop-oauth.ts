import { createHash, randomBytes } from "node:crypto";
import { signIn, type SignInChoices } from "./sign-in.ts";

/** What these helpers need of a running app. */
export interface Target {
  readonly publicUrl: string;
}

/** The answer of the registration endpoint, as far as clients read it. */
export interface Registered {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly redirect_uris: readonly string[];
  readonly token_endpoint_auth_method: string;
  readonly [name: string]: unknown;
}

/** The answer of the token endpoint. */
export interface IssuedTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope: string;
}

/** Posts JSON, as clients do that register. */
export function postJson(
  { publicUrl }: Target,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(publicUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** Posts a form, as clients do at the token endpoint. */
export function postForm(
  { publicUrl }: Target,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(publicUrl + path, { method: "POST", headers, body: new URLSearchParams(fields) });
}

/** Registers a client; anything but a 201 is an error. */
export async function registerClient(target: Target, metadata: unknown): Promise<Registered> {
  const answer = await postJson(target, "/oauth/register", metadata);
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`registration: ${answer.status} ${text}`);
  return JSON.parse(text) as Registered;
}

/** An authorization request with PKCE, and the verifier that redeems its code. */
export interface AuthorizationRequest {
  readonly url: URL;
  readonly verifier: string;
}

/** Builds an authorization request; `parameters` adds, replaces, or with null leaves out. */
export function createAuthorizationRequest(
  { publicUrl }: Target,
  parameters: Readonly<Record<string, string | null>>,
): AuthorizationRequest {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL(`${publicUrl}/oauth/authorize`);
  const all = {
    response_type: "code",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    state: "af0ifjsldkj",
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return { url, verifier };
}

/** Registers a public client, signs in, and redeems the code. */
export async function obtainTokens(
  target: Target,
  choices: {
    readonly redirectUri?: string;
    readonly parameters?: Readonly<Record<string, string | null>>;
    readonly signIn?: Omit<SignInChoices, "redirectUri">;
  } = {},
): Promise<IssuedTokens & { readonly client_id: string }> {
  const redirectUri = choices.redirectUri ?? "http://127.0.0.1:46001/callback";
  const { client_id } = await registerClient(target, { redirect_uris: [redirectUri] });
  const { url, verifier } = createAuthorizationRequest(target, {
    client_id,
    redirect_uri: redirectUri,
    ...choices.parameters,
  });
  const callback = await signIn(url, { ...choices.signIn, redirectUri });
  const answer = await postForm(target, "/oauth/token", {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code") ?? "",
    redirect_uri: redirectUri,
    client_id,
    code_verifier: verifier,
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${text}`);
  return { ...(JSON.parse(text) as IssuedTokens), client_id };
}
