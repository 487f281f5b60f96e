/** What is listed of every event has to fit into memory; where it does not, the log is read once more. */
import { expect, it } from 'vitest';
import { LONG } from '../random.js';
import { find } from './find.js';

const HEADER = 'event_id,user_id,session_id,timestamp,event_type,device,is_repeat_session,bounce_flag,spam_flag';

it('gives one answer with much memory and with little', async () => {
  // Ids in no order, so that they are listed too; rows far shorter than usual, so that lists are larger than expected.
  const rows = Array.from({ length: 300_000 }, (_, i) => {
    const device = i % 3 === 0 ? 'mobile' : 'desktop';
    return `${(i * 7919) % 1_000_003},u${i % 10},s${i % 70},2026-01-05,search,${device},${i % 2},0,0`;
  });
  const log = `${[HEADER, ...rows].join('\n')}\n`;
  const plenty = await find([log], { threads: 1 });
  expect(plenty.accounts.used).toBe(300_000);
  for (const memoryLimit of LONG ? ['18MB', '22MB', '30MB'] : ['18MB']) {
    const { csv, accounts, sessions } = await find([log], { threads: 1, memoryLimit });
    expect({ csv, accounts, sessions }).toEqual({ csv: plenty.csv, accounts: plenty.accounts, sessions: 70 });
  }
});
