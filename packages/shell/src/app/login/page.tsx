import type { Metadata } from 'next';
import { LoginForm } from './login-form.tsx';

export const metadata: Metadata = { title: 'Sign in · Matrix OS' };

export default function Page() {
  return <LoginForm />;
}
