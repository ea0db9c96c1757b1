import type { AwaitBatch, BilledLine, Operation, Progress, Reserve, Settle } from './operations.ts';

/** JSON has no bigint: money is written as digits, in the same places. */
type Written =
  | (Omit<Reserve, 'reserved' | 'floor'> & { readonly reserved: string; readonly floor: string })
  | (Omit<Progress, 'floor'> & { readonly floor: string })
  | AwaitBatch
  | (Omit<Settle, 'bill'> & { readonly bill: readonly WrittenLine[] | undefined });
type WrittenLine = Omit<BilledLine, 'cost'> & { readonly cost: string };

const write = (operation: Operation): Written => {
  switch (operation.kind) {
    case 'reserve':
      return { ...operation, reserved: String(operation.reserved), floor: String(operation.floor) };
    case 'progress':
      return { ...operation, floor: String(operation.floor) };
    case 'await_batch':
      return operation;
    case 'settle':
      return {
        ...operation,
        bill: operation.bill?.map((line) => ({ ...line, cost: String(line.cost) })),
      };
  }
};

const read = (written: Written): Operation => {
  switch (written.kind) {
    case 'reserve':
      // JSON leaves out what is undefined; the types say that it is there.
      return { ...written, reserved: BigInt(written.reserved), floor: BigInt(written.floor) };
    case 'progress':
      return { ...written, floor: BigInt(written.floor) };
    case 'await_batch':
      return written;
    case 'settle':
      return { ...written, bill: written.bill?.map((line) => ({ ...line, cost: BigInt(line.cost) })) };
  }
};

/** One line of text, without its end. */
export const writeRecord = (operations: readonly Operation[]): string =>
  JSON.stringify(operations.map(write));

export const readRecord = (text: string): Operation[] => (JSON.parse(text) as Written[]).map(read);
