import { mebibyte } from './memory.ts';

/** Bytes as a person reads them. */
export function formatBytes(bytes: number): string {
  return Math.abs(bytes) < mebibyte ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / mebibyte).toFixed(1)} MiB`;
}

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
