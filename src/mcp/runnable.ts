import { allowsAccess } from "../core/access.ts";
import type { Principal } from "../core/principal.ts";
import { listOperations } from "../ghl/catalog/index.ts";

export const listRunnable = ({ access, areas }: Pick<Principal, "access" | "areas">): readonly string[] =>
  listOperations().flatMap((o) =>
    allowsAccess(access, o.class) && (areas === "all" || areas.includes(o.area)) ? [o.id] : [],
  );
