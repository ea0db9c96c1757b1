'use client';
import { StreamServerFrame } from '@matrix-os/contracts';
export default function Page() {
  return <p>{String(StreamServerFrame.safeParse({}).success)}</p>;
}
