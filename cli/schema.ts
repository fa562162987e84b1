import { Command } from 'commander';
import { oneWriterSql } from '../platform/one-writer.ts';
import { grantsSql, SCHEMA_SQL } from '../platform/schema.ts';

interface SchemaOptions {
  role: string;
  oneWriter?: boolean;
  publication: string;
}

/** `holdfast schema`: the reference platform's SQL, for databases that it does not make itself. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description("print the reference platform's SQL, for a superuser; it may be applied again")
    .option('--role <role>', 'the role that the platform connects as', 'platform')
    .option('--one-writer', 'what a database needs beside it to be one of two of which one writes')
    .option('--publication <name>', 'with --one-writer: the publication from which the other site follows', 'mintpress')
    .action(({ role, oneWriter, publication }: SchemaOptions) => {
      console.log(oneWriter === true ? oneWriterSql(publication) : `${SCHEMA_SQL}${grantsSql(role)}`);
    });
}
