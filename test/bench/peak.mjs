// Loaded into a measured process: says at its end how much memory it needed at most, in MB, in the file $PEAK_FILE.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.PEAK_FILE, String(Math.round(process.resourceUsage().maxRSS / 1024)));
});
