import { ACCESS_LEVELS, allowsAccess } from "../core/access.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";
import type { JsonSchema } from "./json-schema.ts";
import { type ToolChoice, isChosen } from "./tool-set.ts";
import type { NeededReach, Tool, ToolHints, ToolVariant } from "./tool.ts";

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations: ToolHints;
}

/** A tool that a principal may call, in the face that this principal sees. */
export interface GrantedTool {
  readonly tool: Tool;
  readonly variant: ToolVariant;
}

/** What of the tools one connection shows. */
export interface Face {
  /** Whether there is only one location, so that none can be named. */
  readonly pinned: boolean;
  readonly tools: ToolChoice;
}

/** Which tools there are for whom. */
export interface Registry {
  /** The tools of a principal, in a fixed order; the same frozen list for every grant of one shape. */
  list(principal: Principal, face: Face): readonly ListedTool[];
  /** Whether this server has a tool of that name, for whomever. */
  has(name: string): boolean;
  /** The tool of that name for a principal; undefined when this server, or this face, has none. */
  find(
    name: string,
    principal: Principal,
    face: Face,
  ): Result<GrantedTool, ToolFailure> | undefined;
  /**
   * What this call needs and the principal lacks; undefined when it lacks nothing, or the choice has
   * no such tool.
   */
  findLack(call: NamedCall, principal: Principal, choice: ToolChoice): NeededReach | undefined;
}

/** A call as far as its reach can be judged. */
export interface NamedCall {
  readonly tool: string;
  readonly rawArguments?: unknown;
}

/** Makes the registry over a list of tools. Throws when two have one name. */
export function createRegistry(tools: readonly Tool[]): Registry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error("two tools have one name");
  // At most one list per set of visible tools and face, however many grants there are.
  const lists = new Map<string, readonly ListedTool[]>();

  return {
    list: (principal, face) => {
      const visible = tools.filter(
        (tool) => isChosen(tool.sets, face.tools) && refusal(tool, principal) === undefined,
      );
      const shape = `${face.pinned ? "pinned" : "choosing"} ${visible.map(({ name }) => name).join(" ")}`;
      const known = lists.get(shape);
      if (known !== undefined) return known;
      const list = Object.freeze(visible.map((tool) => toListed(tool, face.pinned)));
      lists.set(shape, list);
      return list;
    },
    has: (name) => byName.has(name),
    find: (name, principal, face) => {
      const tool = byName.get(name);
      if (tool === undefined || !isChosen(tool.sets, face.tools)) return undefined;
      const failure = refusal(tool, principal);
      return failure === undefined
        ? ok({ tool, variant: variantOf(tool, face.pinned) })
        : fail(failure);
    },
    findLack: (call, principal, choice) => {
      const tool = byName.get(call.tool);
      if (tool === undefined || !isChosen(tool.sets, choice)) return undefined;
      const needs = [toReach(tool), tool.reach?.(call.rawArguments)].filter(
        (reach) => reach !== undefined && lacks(principal, reach),
      );
      return needs.length === 0 ? undefined : toUnion(needs, principal);
    },
  };
}

function toReach({ access, area }: Tool): NeededReach {
  return area === undefined ? { access } : { access, areas: [area] };
}

function lacks(principal: Principal, { access, areas = [] }: NeededReach): boolean {
  const { areas: granted } = principal;
  return (
    !allowsAccess(principal.access, access) ||
    (granted !== "all" && areas.some((area) => !granted.includes(area)))
  );
}

/** All that is needed, at once. A grant of all areas is asked for no area. */
function toUnion(
  needs: readonly (NeededReach | undefined)[],
  principal: Principal,
): NeededReach | undefined {
  const accesses = needs.map((need) => need?.access ?? "read");
  const access = ACCESS_LEVELS.findLast((level) => accesses.includes(level)) ?? "read";
  const areas = [...new Set(needs.flatMap((need) => need?.areas ?? []))];
  return areas.length === 0 || principal.areas === "all" ? { access } : { access, areas };
}

function refusal(tool: Tool, principal: Principal): ToolFailure | undefined {
  if (!allowsAccess(principal.access, tool.access)) {
    return {
      kind: "access_too_low",
      tool: tool.name,
      needed: tool.access,
      granted: principal.access,
    };
  }
  if (tool.area === undefined || principal.areas === "all" || principal.areas.includes(tool.area)) {
    return undefined;
  }
  return { kind: "area_not_granted", tool: tool.name, area: tool.area };
}

function variantOf(tool: Tool, pinned: boolean): ToolVariant {
  return pinned ? tool.pinned : tool.choosing;
}

function toListed(tool: Tool, pinned: boolean): ListedTool {
  const { name, title, description, annotations, outputSchema } = tool;
  return Object.freeze({
    name,
    title,
    description,
    inputSchema: variantOf(tool, pinned).inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
  });
}
