import { SERVER_INFO_META_KEY } from "@modelcontextprotocol/server";
import { type Soon, whenThere } from "../core/soon.ts";
import type { View } from "./connection-options.ts";
import type { Era } from "./features/feature.ts";
import { listTools } from "./features/tools.ts";
import type { ListedTool } from "./registry.ts";
import type { WireResult } from "./result.ts";
import { LIST_CACHE, type ServerDeps } from "./server-deps.ts";
import { describeServer } from "./server.ts";
import { toServerInfo } from "./server-face.ts";

/**
 * The `result` member of answers as JSON, as the SDK's server of the same view would write it. What does
 * not depend on the call is made once: of the list, one for each shape of grant and era.
 */
export interface PreparedAnswers {
  toolsList(view: View, era: Era): Soon<Buffer>;
  /** For `server/discover`, which only the modern era has. */
  discover(view: View): Buffer;
  toolResult(result: WireResult, view: View, era: Era): string;
}

/** Makes the answers of one surface. */
export const createPreparedAnswers = (deps: ServerDeps): PreparedAnswers => {
  const lists = {
    modern: new WeakMap<readonly ListedTool[], Buffer>(),
    legacy: new WeakMap<readonly ListedTool[], Buffer>(),
  } as const;
  const makeTail = (view: View): string =>
    `"_meta":${JSON.stringify({ [SERVER_INFO_META_KEY]: toServerInfo(view, deps) })}}`;
  let commonTail: string | undefined;
  let commonDiscovery: Buffer | undefined;
  /** How results of the modern era end. Only an address that pins a location gives a name of its own. */
  const tailOf = (view: View): string =>
    view.location === undefined ? (commonTail ??= makeTail(view)) : makeTail(view);
  const makeDiscovery = (view: View): Buffer =>
    Buffer.from(`${open(describeServer(view))},${CACHED},${tailOf(view)}`);
  const makeList = (list: readonly ListedTool[], view: View, era: Era): Buffer =>
    Buffer.from(
      era === "legacy"
        ? JSON.stringify({ tools: list })
        : `${open({ tools: list })},${CACHED},${tailOf(view)}`,
    );

  return {
    toolsList: (view, era) =>
      whenThere(listTools(view, deps), (list) => {
        if (view.location !== undefined) return makeList(list, view, era);
        const known = lists[era].get(list);
        if (known !== undefined) return known;
        const made = makeList(list, view, era);
        lists[era].set(list, made);
        return made;
      }),
    discover: (view) =>
      view.location === undefined ? (commonDiscovery ??= makeDiscovery(view)) : makeDiscovery(view),
    toolResult: (result, view, era) => {
      const json = openResult(result);
      return era === "legacy" ? `${json}}` : `${json},"resultType":"complete",${tailOf(view)}`;
    },
  };
};

/**
 * The JSON of a result without its last bracket. Its text is its structure in JSON (result.ts), so that nothing is
 * written out twice.
 */
function openResult({ content, structuredContent, isError }: WireResult): string {
  const [first] = content;
  return structuredContent === undefined || first === undefined
    ? open({ content, isError })
    : `{"content":[{"type":"text","text":${JSON.stringify(first.text)}}],"structuredContent":${first.text}`;
}

/** The JSON of an object without its last bracket. */
const open = (value: object): string => JSON.stringify(value).slice(0, -1);

const CACHED = `"resultType":"complete",${open(LIST_CACHE).slice(1)}`;
