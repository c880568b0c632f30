import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { type ApiAnswer, type ApiRequest, call } from "./sign-in.ts";

/** A running sandbox whose time is the reference date of its sample data, seen from one location. */
export interface OpenSandbox {
  readonly sandbox: RunningSandbox;
  readonly clock: FakeClock;
  /** The first location, and the second. */
  readonly here: string;
  readonly elsewhere: string;
  /** Calls the API with the private token of `here`, unless the request says otherwise. */
  readonly ask: (
    target: string,
    body?: unknown,
    request?: Partial<ApiRequest>,
  ) => Promise<ApiAnswer>;
  /** The private token of the other location. */
  readonly foreign: Partial<ApiRequest>;
}

/** 2026-11-01T00:00:00Z, the last day of the sample data. */
export const REFERENCE_SECONDS = 1_793_491_200;

export const V3 = { version: "v3" } as const;

export const openSandbox = async (): Promise<OpenSandbox> => {
  const clock = createFakeClock(REFERENCE_SECONDS);
  const sandbox = await startSandbox({ clock });
  const [here = "", elsewhere = ""] = sandbox.locations.map(({ id }) => id);
  return {
    sandbox,
    clock,
    here,
    elsewhere,
    foreign: { token: sandbox.privateTokens.get(elsewhere) ?? "" },
    ask: (target, body, request = {}) =>
      call(target, {
        baseUrl: sandbox.baseUrl,
        token: sandbox.privateTokens.get(here) ?? "",
        ...(body === undefined ? {} : { body }),
        ...request,
      }),
  };
};

/** What an answer's body has at a dotted path; undefined: nothing. */
export const at = ({ body }: { readonly body: unknown }, path: string): unknown => {
  let value = body;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
};

/** The id of the record that an answer has under a name. */
export const idAt = (answer: { readonly body: unknown }, name: string): string =>
  String(at(answer, `${name}.id`));

/** The records that an answer lists under a name; fails where there is no list. */
export const rowsAt = (
  answer: { readonly body: unknown },
  name: string,
): readonly Readonly<Record<string, unknown>>[] => {
  const rows = at(answer, name);
  if (!Array.isArray(rows)) throw new Error(`no list "${name}" in ${JSON.stringify(answer.body)}`);
  return rows as readonly Readonly<Record<string, unknown>>[];
};

/** The ids of those records. */
export const idsAt = (answer: { readonly body: unknown }, name: string): string[] =>
  rowsAt(answer, name).map(({ id }) => String(id));
