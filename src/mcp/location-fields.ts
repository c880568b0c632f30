import { z } from "zod";

/** The argument that tools of a location get when a grant reaches several. */
export const LOCATION_ARGUMENT = "location";

/** Its schema. */
export const LOCATION_FIELD = z.string().min(1).max(100);

/** The argument that names several locations at once. */
export const LOCATIONS_ARGUMENT = "locations";

/** Its schema. */
export const LOCATIONS_FIELD = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(200)
  .optional()
  .describe('Ids or names, or ["all"]');
