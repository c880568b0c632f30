import { isRecord, tryParseJson } from "../core/json.ts";
import { CAPABILITIES, toInstructions, toServerInfo } from "./server-face.ts";

/** The answer to the `initialize` of one client. */
export interface Greeting {
  /** The id of the request. */
  readonly id: string | number;
  /** The whole message, as JSON. */
  readonly text: string;
}

/** The revisions that begin with `initialize`. */
const VERSIONS: readonly unknown[] = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
];

/**
 * Answers an `initialize` as the SDK's server of a whole grant would, to the byte, without loading the SDK.
 * Undefined for everything that is not known to be in order: the SDK judges that.
 */
export const greet = (line: string, version: string): Greeting | undefined => {
  const message = tryParseJson(line);
  if (!isInitialize(message)) return undefined;
  // Both were checked by the table below.
  const { id, params } = message as { id: string | number; params: { protocolVersion: string } };
  const result = {
    protocolVersion: params.protocolVersion,
    capabilities: CAPABILITIES.legacy,
    serverInfo: toServerInfo({}, { server: { version } }),
    instructions: toInstructions({}),
  };
  return { id, text: JSON.stringify({ result, jsonrpc: "2.0", id }) };
};

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const areRecords: Check = (value) => isRecord(value) && Object.values(value).every(isRecord);

/** An object with these members and no other; those that are `needed` must be there. */
const shape =
  (members: Readonly<Record<string, Check>>, needed: readonly string[] = []): Check =>
  (value) =>
    isRecord(value) &&
    needed.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(
      ([name, member]) => Object.hasOwn(members, name) && members[name]?.(member) === true,
    );

/** By hand, since zod is a good part of what is not loaded yet. Narrower than the protocol is. */
const isInitialize = shape(
  {
    jsonrpc: (value) => value === "2.0",
    id: (value) => isText(value) || Number.isSafeInteger(value),
    method: (value) => value === "initialize",
    params: shape(
      {
        protocolVersion: (value) => VERSIONS.includes(value),
        capabilities: shape({
          roots: shape({ listChanged: isFlag }),
          sampling: shape({ context: isRecord, tools: isRecord }),
          elicitation: shape({ form: shape({ applyDefaults: isFlag }), url: isRecord }),
          experimental: areRecords,
          extensions: areRecords,
        }),
        clientInfo: shape(
          { name: isText, version: isText, title: isText, websiteUrl: isText, description: isText },
          ["name", "version"],
        ),
      },
      ["protocolVersion", "capabilities", "clientInfo"],
    ),
  },
  ["jsonrpc", "id", "method", "params"],
);
