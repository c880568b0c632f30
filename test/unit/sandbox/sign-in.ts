import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";

export const REDIRECT_URI = "http://localhost:8000/oauth/callback";

/** The address of the sign-in page, with the given parameters in place of the usual ones. */
export const toAuthorizeUrl = (
  sandbox: RunningSandbox,
  changes: Readonly<Record<string, string>> = {},
): string => {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: sandbox.clientId,
    redirect_uri: REDIRECT_URI,
    state: "a b&c=d",
    ...changes,
  });
  return `${sandbox.authorizeUrl}?${query.toString()}`;
};

/** Submits the form of a sign-in page as a browser would, and gives back where it leads. */
export const submitChoice = async (
  pageUrl: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> => {
  const page = await (await fetch(pageUrl)).text();
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, unescape(value)],
  );
  const form = new URLSearchParams([...hidden, ...Object.entries(fields)]);
  return fetch(pageUrl, { method: "POST", body: form, redirect: "manual" });
};

const unescape = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** Signs in and gives back the code. */
export const getCode = async (
  sandbox: RunningSandbox,
  choice: string,
  scope = "",
): Promise<string> => {
  const url = toAuthorizeUrl(sandbox, scope === "" ? {} : { scope });
  const answer = await submitChoice(url, { choice, decision: "allow" });
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code");
  if (code === null) throw new Error("no code came back");
  return code;
};

export interface TokenAnswer {
  readonly status: number;
  readonly body: Record<string, unknown> & {
    readonly access_token: string;
    readonly refresh_token: string;
    readonly scope: string;
    readonly message: string;
  };
}

/** Calls the token endpoint with the right credentials, unless the parameters say otherwise. */
export const postToken = async (
  sandbox: RunningSandbox,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenAnswer> => {
  const answer = await fetch(`${sandbox.baseUrl}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      ...parameters,
    }),
  });
  return { status: answer.status, body: (await answer.json()) as TokenAnswer["body"] };
};

/** Signs in and redeems the code. */
export const signIn = async (
  sandbox: RunningSandbox,
  choice: string,
  scope?: string,
): Promise<TokenAnswer["body"]> => {
  const code = await getCode(sandbox, choice, scope);
  const { status, body } = await postToken(sandbox, {
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT_URI,
  });
  if (status !== 200) throw new Error(`the code was refused: ${body.message}`);
  return body;
};

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // The tests look into answers of many shapes.
  readonly body: Record<string, never> & { readonly message: string | string[] };
}

export interface ApiRequest {
  readonly token?: string;
  readonly version?: string;
  readonly body?: unknown;
  readonly baseUrl: string;
}

/** Calls the API with `METHOD /path`. */
export const call = async (target: string, request: ApiRequest): Promise<ApiAnswer> => {
  const [method = "", path = ""] = target.split(" ");
  const version = request.version ?? "2021-07-28";
  const answer = await fetch(`${request.baseUrl}${path}`, {
    method,
    headers: {
      ...(request.token === undefined ? {} : { Authorization: `Bearer ${request.token}` }),
      ...(version === "" ? {} : { Version: version }),
      ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as ApiAnswer["body"],
  };
};
