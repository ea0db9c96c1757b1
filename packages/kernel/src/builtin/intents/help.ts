import { type Rule, rule } from '../intent.ts';

export const HELP_RULES: readonly Rule[] = [
  rule(
    'help',
    "help(?: me| please| menu)?|\\?+|commands|what (?:all )?(?:can|could|do) (?:you|i) (?:do|say|ask|type|understand)(?: here| for me| with you)?(?: for)?|what (?:are|is) (?:you able|your (?:commands|abilities|features)|possible)(?: to do)?|how (?:does|do) (?:this|it|you|matrix|i use (?:this|you|it|matrix))(?: work)?|(?:i'm|i am|im) (?:lost|stuck|new(?: here)?|confused)|i need (?:some )?help|show (?:me )?(?:the )?help|give me (?:some )?help|get(?:ting)? started|what now|where do i start",
  ),
  rule(
    'key_help',
    '(?:how (?:do|can) i |where (?:do|can) i |i want to |i would like to )?(?:add|enter|set|put|use|change|give you|connect|configure|paste)(?: in)?(?: an?| my| the| your)? ?(?:anthropic |claude |api |ai |llm |openai )*(?:api )?(?:key|model|ai|claude|engine)(?: key)?(?: to .+| in| here)?',
  ),
  rule(
    'key_help',
    '(?:switch|change|go|connect) (?:over )?to (?:the )?(?:claude|ai|real ai|a real ai|an ai|a model)(?: engine)?',
  ),
  rule('key_help', 'sk-ant-.*'),
  rule(
    'undo_help',
    '(?:undo|redo|revert|roll back|take back|take)(?: that| it| this| (?:the |my |your )?last .*| everything| the changes?| back)*',
  ),
];
