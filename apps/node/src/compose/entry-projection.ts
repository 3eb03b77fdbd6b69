import { entryRowReader } from "@concordat/replica";
import { type EntryProjection, jsonbText, type ProjectedEntry } from "@concordat/storage-postgres";
import { entryToJson } from "../http/entry-json.js";

/** Entries as the API shows them, for the table that SQL reads; what constraints hide of them is in it. */
export const projectEntries: EntryProjection = async (store) => {
  const read = await entryRowReader(store);
  return (operations) =>
    read(operations).map(({ uuid, entry }): ProjectedEntry => {
      if (entry === undefined) return { uuid, isDeleted: true };
      const { attributes, createdAt, modifiedAt } = entryToJson(entry);
      return { uuid, attributes: jsonbText(JSON.stringify(attributes)), createdAt, modifiedAt };
    });
};
