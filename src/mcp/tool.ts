import type { z } from "zod";
import type { AccessLevel, AreaId } from "../core/access.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { toArgumentProblems } from "./argument-problems.ts";
import {
  type GrantContext,
  type LocationContext,
  type OperationContext,
  toLocationContext,
} from "./context.ts";
import type { Question } from "./dialogue.ts";
import type { ArgumentProblem, ToolFailure } from "./failure.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import {
  LOCATIONS_ARGUMENT,
  LOCATIONS_FIELD,
  LOCATION_ARGUMENT,
  LOCATION_FIELD,
} from "./location-fields.ts";
import type { ToolSet } from "./tool-set.ts";

export type { GrantContext, LocationContext, OperationContext } from "./context.ts";

/** The four hints that every tool states (MCP 2026-07-28, ToolAnnotations). */
export interface ToolHints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** A successful result: a JSON object. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** What a tool comes to: a result, or a question to the person first, or a failure. */
export type ToolOutcome = Result<ToolOutput | Question, ToolFailure>;

/** How far a grant must reach for a call, all of it at once. */
export interface NeededReach {
  readonly access: AccessLevel;
  /** Absent where the call belongs to no area. */
  readonly areas?: readonly AreaId[];
}

interface Definition<Input extends z.ZodRawShape> {
  /** verb_noun, snake_case. */
  readonly name: string;
  readonly title: string;
  /** A few words, written for a model. */
  readonly description: string;
  readonly access: AccessLevel;
  /** The area that a grant must cover; undefined: part of every grant. */
  readonly area: AreaId | undefined;
  /** The groups that the tool is in; `crm` unless said. */
  readonly sets?: readonly ToolSet[];
  readonly annotations: ToolHints;
  /** Arguments; unknown ones are refused. */
  readonly input: z.ZodObject<Input, z.core.$strict>;
  /** The top level of the result, where it is worth its tokens. */
  readonly output?: z.ZodObject;
  /** What a call needs beyond `access` and `area`, where its arguments decide it. */
  readonly reach?: (rawArguments: unknown) => NeededReach | undefined;
}

type Run<Input extends z.ZodRawShape, Context> = (
  args: z.output<z.ZodObject<Input, z.core.$strict>>,
  context: Context,
) => Promise<ToolOutcome>;

/** A tool as its author writes it. Tools of a location never name it: see pin-location.ts. */
export type ToolDefinition<Input extends z.ZodRawShape> =
  | (Definition<Input> & {
      readonly target: "grant";
      readonly run: Run<Input, GrantContext>;
    })
  | (Definition<Input> & {
      readonly target: "location";
      readonly run: Run<Input, LocationContext>;
    })
  | (Definition<Input> & {
      /** Runs operations that the caller names: in one location, in several, or in none. */
      readonly target: "operation";
      /** Whether a grant with several locations can name many of them in one call. */
      readonly fansOut?: boolean;
      /** Whether a location can be named at all; it can unless said. */
      readonly namesLocations?: false;
      readonly run: Run<Input, OperationContext>;
    });

/** Arguments that passed, ready to run, and the locations that the caller named, if it could. */
export interface PreparedCall {
  readonly location: string | undefined;
  readonly locations: readonly string[] | undefined;
  run(context: OperationContext): Promise<ToolOutcome>;
}

/** One face of a tool: with the arguments that choose locations, or without. */
export interface ToolVariant {
  readonly inputSchema: JsonSchema;
  /** Checks the arguments; unknown ones are refused. */
  prepare(rawArguments: unknown): Result<PreparedCall, readonly ArgumentProblem[]>;
}

/** A tool as a value: everything about it, its schemas made once, when they are first asked for. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly access: AccessLevel;
  readonly area: AreaId | undefined;
  readonly sets: readonly ToolSet[];
  readonly target: "grant" | "location" | "operation";
  readonly annotations: ToolHints;
  readonly outputSchema?: JsonSchema;
  readonly reach?: (rawArguments: unknown) => NeededReach | undefined;
  /** For a grant with one location: there is nothing to name. */
  readonly pinned: ToolVariant;
  /** For a grant with several locations. The same as `pinned` for a tool of the whole grant. */
  readonly choosing: ToolVariant;
}

const DEFAULT_SETS: readonly ToolSet[] = ["crm"];

/** Declares a tool. Its schemas throw when first asked for if they need `$ref` or a union at the root. */
export function defineTool<Input extends z.ZodRawShape>(definition: ToolDefinition<Input>): Tool {
  const { name, title, description, access, area, target, annotations, output } = definition;
  const pinned = toVariant(definition, definition.input);
  const tool: Tool = {
    name,
    title,
    description,
    access,
    area,
    sets: definition.sets ?? DEFAULT_SETS,
    target,
    annotations: Object.freeze({ ...annotations }),
    ...(definition.reach === undefined ? {} : { reach: definition.reach }),
    pinned,
    choosing: target === "grant" ? pinned : toVariant(definition, withLocations(definition)),
  };
  if (output === undefined) return Object.freeze(tool);
  const outputSchema = once(() => toJsonSchema(output));
  return Object.freeze({
    ...tool,
    get outputSchema() {
      return outputSchema();
    },
  });
}

/** Makes a value when it is first asked for: a start that lists no tools does not wait for their schemas. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function withLocations<Input extends z.ZodRawShape>(
  definition: ToolDefinition<Input>,
): z.ZodObject {
  if (definition.target !== "operation") {
    return definition.input.extend({ [LOCATION_ARGUMENT]: LOCATION_FIELD });
  }
  if (definition.namesLocations === false) return definition.input;
  return definition.input.extend({
    [LOCATION_ARGUMENT]: LOCATION_FIELD.optional(),
    ...(definition.fansOut === true ? { [LOCATIONS_ARGUMENT]: LOCATIONS_FIELD } : {}),
  });
}

function toVariant<Input extends z.ZodRawShape>(
  definition: ToolDefinition<Input>,
  accepted: z.ZodObject,
): ToolVariant {
  const choosing = LOCATION_ARGUMENT in accepted.shape;
  const inputSchema = once(() => toJsonSchema(accepted));
  return Object.freeze({
    get inputSchema() {
      return inputSchema();
    },
    prepare: (rawArguments: unknown) => {
      const whole = accepted.safeParse(rawArguments ?? {});
      if (!whole.success) return fail(toArgumentProblems(whole.error, rawArguments, accepted));
      const { [LOCATION_ARGUMENT]: location, [LOCATIONS_ARGUMENT]: locations, ...own } = whole.data;
      // Where no location can be chosen both schemas are the same, and these are the arguments.
      const args = (choosing ? definition.input.parse(own) : whole.data) as z.output<
        typeof definition.input
      >;
      return ok({
        location: typeof location === "string" ? location : undefined,
        locations: LOCATIONS_FIELD.safeParse(locations).data,
        run: (context: OperationContext) =>
          definition.target === "location"
            ? definition.run(args, toLocationContext(context))
            : definition.run(args, context),
      });
    },
  });
}
