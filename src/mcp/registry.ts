import { type AccessLevel, type AreaId, allowsAccess } from "../core/access.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Tool, ToolHints, ToolVariant } from "./tool.ts";

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

/** How far a grant must reach for a tool, all of it at once. */
export interface NeededReach {
  readonly access: AccessLevel;
  /** Absent where the grant has all areas, or the tool belongs to none. */
  readonly areas?: readonly AreaId[];
}

/** Which tools there are for whom. */
export interface Registry {
  /** The tools of a principal, in a fixed order; the same frozen list for every grant of one shape. */
  list(principal: Principal, pinned: boolean): readonly ListedTool[];
  /** The tool of that name for a principal; undefined when this server has none. */
  find(
    name: string,
    principal: Principal,
    pinned: boolean,
  ): Result<GrantedTool, ToolFailure> | undefined;
  /** What this tool needs and the principal lacks; undefined when it lacks nothing, or has no tool. */
  findLack(name: string, principal: Principal): NeededReach | undefined;
}

/** Makes the registry over a list of tools. Throws when two have one name. */
export function createRegistry(tools: readonly Tool[]): Registry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error("two tools have one name");
  // At most one list per set of visible tools and face, however many grants there are.
  const lists = new Map<string, readonly ListedTool[]>();

  return {
    list: (principal, pinned) => {
      const visible = tools.filter((tool) => refusal(tool, principal) === undefined);
      const shape = `${pinned ? "pinned" : "choosing"} ${visible.map(({ name }) => name).join(" ")}`;
      const known = lists.get(shape);
      if (known !== undefined) return known;
      const list = Object.freeze(visible.map((tool) => toListed(tool, pinned)));
      lists.set(shape, list);
      return list;
    },
    find: (name, principal, pinned) => {
      const tool = byName.get(name);
      if (tool === undefined) return undefined;
      const failure = refusal(tool, principal);
      return failure === undefined ? ok({ tool, variant: variantOf(tool, pinned) }) : fail(failure);
    },
    findLack: (name, principal) => {
      const tool = byName.get(name);
      if (tool === undefined || refusal(tool, principal) === undefined) return undefined;
      const { access, area } = tool;
      return area === undefined || principal.areas === "all"
        ? { access }
        : { access, areas: [area] };
    },
  };
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
