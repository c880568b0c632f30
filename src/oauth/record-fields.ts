import { z } from "zod";
import { ACCESS_LEVELS, type AreaId, isAreaId } from "../core/access.ts";
import { toEpochSeconds } from "../core/clock.ts";
import { toClientId, toConnectionId, toGrantId, toLocationId } from "../core/ids.ts";

/** A stored client id. */
export const clientIdField = z.string().transform(toClientId);

/** A stored grant id. */
export const grantIdField = z.string().transform(toGrantId);

/** A stored connection id. */
export const connectionIdField = z.string().transform(toConnectionId);

/** A stored instant, in seconds since the epoch. */
export const instantField = z.number().transform(toEpochSeconds);

/** A stored access level. */
export const accessField = z.enum(ACCESS_LEVELS);

/** Stored areas. */
export const areasField = z.union([
  z.literal("all"),
  z.array(z.custom<AreaId>((value) => typeof value === "string" && isAreaId(value))).readonly(),
]);

/** Stored locations. */
export const locationsField = z.union([
  z.literal("all"),
  z.array(z.string().transform(toLocationId)).readonly(),
]);
