import { isJsonObject, type JsonObject, numberOf } from "../../gate/fields.ts";

/** What a bill comes to, in the unit of its amounts. */
export interface Totals {
  readonly subTotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly total: number;
}

/** Adds up items of `amount` × `qty`, less the discount, plus the taxes by `rate` of items whose amount does not include them. */
export const toTotals = ({ items, discount }: JsonObject): Totals => {
  const lines = (Array.isArray(items) ? items : []).filter(isJsonObject);
  const subTotal = round(sum(lines.map(toAmount)));
  const less = toDiscount(discount, subTotal);
  const tax = round(sum(lines.map((line) => (toAmount(line) * toTaxRate(line)) / 100)));
  return { subTotal, discount: less, tax, total: round(subTotal - less + tax) };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const round = (amount: number): number => Math.round(amount * 100) / 100;

const toAmount = (line: JsonObject): number =>
  numberOf(line["amount"], 0) * numberOf(line["qty"], 1);

const toTaxRate = ({ taxes, taxInclusive }: JsonObject): number =>
  taxInclusive === true
    ? 0
    : sum(
        (Array.isArray(taxes) ? taxes : [])
          .filter(isJsonObject)
          .map((tax) => numberOf(tax["rate"], 0)),
      );

const toDiscount = (discount: unknown, subTotal: number): number => {
  if (!isJsonObject(discount)) return 0;
  const value = numberOf(discount["value"], 0);
  const amount = discount["type"] === "percentage" ? (subTotal * value) / 100 : value;
  return round(Math.min(Math.max(amount, 0), subTotal));
};
