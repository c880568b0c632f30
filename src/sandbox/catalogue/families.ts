import { associations } from "./families/associations.ts";
import { forms } from "./families/forms.ts";
import { invoices } from "./families/invoices.ts";
import { medias } from "./families/medias.ts";
import { objects } from "./families/objects.ts";
import { payments } from "./families/payments.ts";
import { products } from "./families/products.ts";
import { publishing } from "./families/publishing.ts";
import type { Behaviour, Family } from "./family.ts";

/** Every family of operations that does more than keep records. */
export const FAMILIES: readonly Family[] = [
  associations,
  forms,
  invoices,
  medias,
  objects,
  payments,
  products,
  publishing,
];

const BEHAVIOURS: ReadonlyMap<string, Behaviour> = new Map(
  FAMILIES.flatMap(({ behaviours }) => Object.entries(behaviours ?? {})),
);

/** What an operation does beyond keeping records; undefined where that is all. */
export const findBehaviour = (id: string): Behaviour | undefined => BEHAVIOURS.get(id);
