package dev.cortado.sdk;

/** What the first program of a user does: tells a few tokens of a story. */
final class StoryMain {
    private StoryMain() {}

    public static void main(String[] arguments) {
        try (GPT4All model = new GPT4All();
                GPT4All again = new GPT4All()) {
            System.out.println(model.generate("Once upon a time", GenerateOptions.GREEDY.withMaxTokens(6)));
            System.out.println(again.backend());
        }
    }
}
