import type { RunningApp, RunningAppOptions } from "./running-app.ts";
import type { WireAnswer, WireClient, WireRequest } from "./interop-raw-http.ts";

const NO_LIMIT = { burst: 1e9, perSecond: 1e9 };

/** Rates that let a fuzz run through to the code behind them; they have tests of their own. */
export const UNLIMITED: NonNullable<RunningAppOptions["rates"]> = {
  registrationPerAddress: NO_LIMIT,
  registrationInAll: NO_LIMIT,
  authorizationPerAddress: NO_LIMIT,
  authorizationInAll: NO_LIMIT,
  decisionPerAddress: NO_LIMIT,
  activityPerAddress: NO_LIMIT,
  usagePerAddress: NO_LIMIT,
  personPagePerAddress: NO_LIMIT,
  codeFailure: NO_LIMIT,
  secretFailure: NO_LIMIT,
  callPerGrant: NO_LIMIT,
};

/** Who reads an endpoint's errors: programs get JSON, people get a page. */
export type Reader = "machine" | "page" | "file";

/** What must hold of every answer, whatever was asked. */
export interface FuzzOracle {
  /** Sends a request and checks the answer: in time, no 5xx, no insides, no secrets, the right shape. */
  judge(reader: Reader, request: WireRequest): Promise<WireAnswer>;
  /** Log lines that say that something broke. */
  errorLines(): readonly string[];
  /** Secrets that stand in the log, which must be none. */
  secretsInLog(): readonly string[];
}

const MAX_ANSWER_MS = 1_000;
const GIVE_UP_MS = 15_000;

/** What no answer may show: the insides of the program. */
export const INSIDES =
  /\bat \S+ \(|node:internal|node_modules|\.ts:\d|sqlite|ZodError|TypeError|ECONN/i;

/** What the start page tells people to put into a client's file; it is the same on every machine. */
const EXAMPLES = /(?:sqlite:)?\/path\/to\/ghl-mcp\/[\w./-]*/g;

/** Makes the oracle. `secrets` are strings that no answer and no log line may hold. */
export function createFuzzOracle({
  running,
  secrets,
  wire,
}: {
  readonly running: RunningApp;
  readonly wire: WireClient;
  readonly secrets: readonly string[];
}): FuzzOracle {
  /** A request that was slow is sent twice more, since the machine may be what was slow. */
  const sendInTime = async (request: WireRequest): Promise<WireAnswer> => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await wire.send(request, GIVE_UP_MS);
      if (answer.tookMs <= MAX_ANSWER_MS) return answer;
    }
    return wire.send(request, GIVE_UP_MS);
  };

  return {
    judge: async (reader, request) => {
      const answer = await sendInTime(request);
      const everything = JSON.stringify(answer.headers) + answer.body.replaceAll(EXAMPLES, "");
      const isError = answer.status >= 400 && request.method !== "HEAD";
      const problems = [
        answer.tookMs > MAX_ANSWER_MS && `took ${answer.tookMs} ms, three times`,
        answer.status >= 500 && "is a server error",
        INSIDES.test(everything) && "shows the insides of the program",
        secrets.some((secret) => everything.includes(secret)) && "shows a secret",
        !/^[\w-]{22}$/.test(requestIdOf(answer)) && "has no request id",
        isError && findShapeProblem(reader, answer),
      ].filter((problem) => typeof problem === "string");
      if (problems.length > 0) {
        throw new Error(
          `the answer ${problems.join(", ")}: ${describeRequest(request)} → ${answer.status} ` +
            answer.body.slice(0, 500),
        );
      }
      return answer;
    },
    errorLines: () => running.logLines.filter((line) => line.includes(`"level":"error"`)),
    secretsInLog: () => {
      const log = running.logLines.join("\n");
      return secrets.filter((secret) => log.includes(secret));
    },
  };
}

const requestIdOf = (answer: WireAnswer): string => answer.headers["x-request-id"] ?? "";

function findShapeProblem(reader: Reader, answer: WireAnswer): string | false {
  const type = answer.headers["content-type"] ?? "";
  if (reader === "machine") return !isJsonError(type, answer.body) && "is no error in JSON";
  if (!type.startsWith("text/html")) return false;
  if (!answer.body.includes(requestIdOf(answer))) return "is a page without the request id";
  if (/<script>alert|<svg onload/.test(answer.body)) return "is a page with what was sent, raw";
  const policy = answer.headers["content-security-policy"] ?? "";
  return !policy.includes("default-src 'none'") && "is a page without a policy";
}

/** An OAuth error, or one of JSON-RPC. */
function isJsonError(type: string, body: string): boolean {
  if (!type.startsWith("application/json")) return false;
  const { error } = JSON.parse(body) as { error?: unknown };
  return typeof error === "string" || (typeof error === "object" && error !== null);
}

function describeRequest({ body, headers, method, path }: WireRequest): string {
  const text = JSON.stringify({ method, path, headers, body });
  return text.length > 4_000 ? `${text.slice(0, 4_000)}… (${text.length} characters)` : text;
}
