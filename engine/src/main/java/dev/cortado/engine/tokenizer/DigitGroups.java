package dev.cortado.engine.tokenizer;

/** Divisions of numbers into groups of three from the right, which no pattern does in linear time. */
enum DigitGroups implements Pass {
    /** Only within runs of ASCII digits: what {@code (?=(\d{3})+(?!\d))} means. */
    WITHIN_DIGITS {
        @Override
        void split(int[] text, int from, int to, IntList ends) {
            for (int at = from; at < to; ) {
                int end = at;
                while (end < to && text[end] >= '0' && text[end] <= '9') {
                    end++;
                }
                for (int cut = at + (end - at) % GROUP; cut < end; cut += GROUP) {
                    addEnd(ends, cut, from);
                }
                at = Math.max(end, at + 1);
            }
            addEnd(ends, to, from);
        }
    },
    /** Of any digits; text before a number belongs to its first group. */
    AFTER_TEXT {
        @Override
        void split(int[] text, int from, int to, IntList ends) {
            for (int at = from; at < to; ) {
                int end = at;
                while (end < to && CharacterKind.of(text[end]) == CharacterKind.NUMBER) {
                    end++;
                }
                int first = (end - at) % GROUP;
                for (int cut = at + (first == 0 ? GROUP : first); cut <= end; cut += GROUP) {
                    addEnd(ends, cut, from);
                }
                at = Math.max(end, at + 1);
            }
            addEnd(ends, to, from);
        }
    };

    private static final int GROUP = 3;

    abstract void split(int[] text, int from, int to, IntList ends);

    @Override
    public IntList split(int[] text, IntList ends) {
        IntList result = new IntList(ends.size());
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            split(text, from, ends.get(i), result);
            from = ends.get(i);
        }
        return result;
    }

    /** Adds an end, unless nothing lies before it. */
    private static void addEnd(IntList ends, int end, int from) {
        if (end > from && (ends.size() == 0 || ends.last() < end)) {
            ends.add(end);
        }
    }
}
