/**
 * A real ClickHouse server on loopback: the library of chdb holds clickhouse-local, which listens if it is told to.
 * node serve.cjs FOLDER_OF_PACKAGES LIBRARY DATA HTTP_PORT TCP_PORT [more arguments of clickhouse-local]
 */
const { createRequire } = require('node:module');

const [, , packages, library, data, http, tcp, ...more] = process.argv;
const { DataType, load, open } = createRequire(`${packages}/package.json`)('ffi-rs');

// The last statement keeps it running until it is ended.
const statements = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  'SELECT sleepEachRow(1) FROM numbers(100000) SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null',
];
const args = ['clickhouse', '--path', data, `--http_port=${http}`, `--tcp_port=${tcp}`, '--listen_host=127.0.0.1']
  .concat(more)
  .concat('--query', statements.join('; '));
const call = (funcName, retType, paramsType, paramsValue) =>
  load({ library: 'chdb', funcName, retType, paramsType, paramsValue });

open({ library: 'chdb', path: library });
const result = call('chdb_query_cmdline', DataType.External, [DataType.I32, DataType.StringArray], [args.length, args]);
const error = call('chdb_result_error', DataType.String, [DataType.External], [result]);
if (error) {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}
