import { z } from "zod";

import type { AccessLevel, AreaId } from "../../core/access.ts";
import type { OperationId } from "../../core/ids.ts";

/** The value types of parameters and body fields; `any` where the spec names none. */
const valueTypeSchema = z.enum([
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
  "any",
]);

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

const flatFieldSchema = z.strictObject({
  type: valueTypeSchema,
  required: z.exactOptional(z.literal(true)),
  nullable: z.exactOptional(z.literal(true)),
  /** The bytes of a file, in a multipart body. */
  binary: z.exactOptional(z.literal(true)),
  enum: z.exactOptional(z.array(scalarSchema).readonly()),
  default: z.exactOptional(scalarSchema),
});

/** A body field as the spec shapes it. An object without `fields` takes any properties. */
export type Field = z.infer<typeof flatFieldSchema> & {
  readonly items?: Field;
  readonly fields?: Readonly<Record<string, Field>>;
};

const fieldSchema: z.ZodType<Field> = flatFieldSchema.extend({
  items: z.exactOptional(z.lazy(() => fieldSchema)),
  fields: z.exactOptional(
    z.record(
      z.string(),
      z.lazy(() => fieldSchema),
    ),
  ),
});

/** A path, query or header parameter. */
const parameterSchema = z.strictObject({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  type: valueTypeSchema,
  /** The type of the members, for an array. */
  items: z.exactOptional(valueTypeSchema),
  required: z.exactOptional(z.literal(true)),
  /** The members of an array travel in one value, separated by commas, instead of repeating the name. */
  joined: z.exactOptional(z.literal(true)),
  enum: z.exactOptional(z.array(scalarSchema).readonly()),
  default: z.exactOptional(scalarSchema),
});

/**
 * A request body: an object with named `fields`, an array of `items`, or neither, which means that
 * the spec does not say what goes in (free form).
 */
const bodySchema = z.strictObject({
  contentType: z.enum([
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
  ]),
  required: z.exactOptional(z.literal(true)),
  fields: z.exactOptional(z.record(z.string(), fieldSchema)),
  items: z.exactOptional(fieldSchema),
});

/**
 * Where an operation takes the location. `altId+altType` are two fields, the second always being the
 * word `location`; `altId` alone is an id without its type.
 */
const placementSchema = z.enum([
  "path:locationId",
  "query:locationId",
  "query:location_id",
  "query:altId",
  "query:altId+altType",
  "body:locationId",
  "body:altId",
  "body:altId+altType",
]);

const tokenClassSchema = z.enum(["location", "company", "either"]);

/** An operation as one generation of the specs has it. */
const generationSchema = z.strictObject({
  path: z.string().startsWith("/"),
  /** The declared Version header; absent where the spec declares none. */
  version: z.exactOptional(z.string()),
  parameters: z.array(parameterSchema).readonly(),
  body: z.exactOptional(bodySchema),
  scopes: z.array(z.string()).readonly(),
  /** Absent where the spec has no security block. */
  tokenClass: z.exactOptional(tokenClassSchema),
  /** Private integration tokens are refused. */
  oauthOnly: z.exactOptional(z.literal(true)),
  deprecated: z.exactOptional(z.literal(true)),
  upload: z.exactOptional(z.literal(true)),
  location: z.array(placementSchema).readonly(),
});

/** The HTTP methods that operations use. */
const methodSchema = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** One operation of a generated file: both generations side by side, at least one of them present. */
const generatedOperationSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z-]+\.[A-Za-z0-9-]+$/u),
    method: methodSchema,
    v2: z.exactOptional(generationSchema),
    v3: z.exactOptional(generationSchema),
  })
  .refine((operation) => operation.v2 !== undefined || operation.v3 !== undefined, {
    error: "neither generation is present",
  });

/** The shape of `generated/<app>.json`. */
export const generatedAppSchema = z.strictObject({
  app: z.string(),
  operations: z.array(generatedOperationSchema).readonly(),
});

/** The shape of `generated/index.json`: what lists and suggestions need without any app's file. */
export const generatedIndexSchema = z.strictObject({
  operations: z
    .array(
      z.strictObject({
        id: z.string(),
        method: methodSchema,
        path: z.string(),
        deprecated: z.exactOptional(z.literal(true)),
      }),
    )
    .readonly(),
});

/** A value type of the catalogue. */
export type ValueType = z.infer<typeof valueTypeSchema>;
/** A path, query or header parameter. */
export type Parameter = z.infer<typeof parameterSchema>;
/** A request body. */
export type Body = z.infer<typeof bodySchema>;
/** A place where an operation takes the location. */
export type Placement = z.infer<typeof placementSchema>;
/** The token class of an operation: `either` works with a location's and with a company's token. */
export type OperationTokenClass = z.infer<typeof tokenClassSchema>;
/** One generation of an operation. */
export type Generation = z.infer<typeof generationSchema>;
/** One operation of a generated file. */
export type GeneratedOperation = z.infer<typeof generatedOperationSchema>;
/** A generated file. */
export type GeneratedApp = z.infer<typeof generatedAppSchema>;
/** The generated index. */
export type GeneratedIndex = z.infer<typeof generatedIndexSchema>;
/** An HTTP method of the API. */
export type Method = z.infer<typeof methodSchema>;

/** What a list shows of an operation. */
export interface OperationSummary {
  readonly id: OperationId;
  readonly app: string;
  readonly method: Method;
  readonly path: string;
  readonly class: AccessLevel;
  readonly area: AreaId;
  readonly deprecated: boolean;
  /** One line of our own that says what it does, at most 70 characters: "Add tags to a contact". */
  readonly summary: string;
}

/** An operation ready to be called: one generation chosen, overlays applied. */
export interface Operation extends OperationSummary {
  /** Which generation of the specs was chosen. */
  readonly generation: "v2" | "v3";
  /** The value of the Version header. */
  readonly version: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  readonly scopes: readonly string[];
  readonly tokenClass: OperationTokenClass;
  readonly oauthOnly: boolean;
  readonly upload: boolean;
  readonly location: readonly Placement[];
}
