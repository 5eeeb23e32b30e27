# Measures the gpt4all package and writes what llama-bench writes.
# Arguments: model, tokens of the prompt, tokens to generate, threads, repetitions.
# The package has no tokenizer to ask: " the" counts as the one token that it is in the common vocabularies. Every
# prompt begins with another word, because the package keeps the part of a context that it has seen.
import importlib.metadata, json, os, sys, time
import gpt4all

model, prompt, generated, threads, repetitions = sys.argv[1], *map(int, sys.argv[2:6])
llm = gpt4all.GPT4All(os.path.basename(model), model_path=os.path.dirname(model), allow_download=False, device="cpu",
                      n_ctx=prompt + generated + 16, n_threads=threads)
words = iter(["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"] * (repetitions + 1))


def times(text, count):
    """When each of the tokens came, in seconds after the start."""
    came = []
    began = time.perf_counter()

    def callback(token, piece):
        came.append(time.perf_counter() - began)
        return True

    llm.generate(text, max_tokens=count, temp=0, n_batch=512, callback=callback)
    return came


def prefill():
    return prompt / times(next(words) + " the" * (prompt - 1), 1)[0]


def generation():
    came = times(next(words) + " is the first of many words, and after it come", generated + 1)
    return (len(came) - 1) / (came[-1] - came[0])


def test(run, n_prompt, n_gen):
    run()  # warms up
    return {"n_prompt": n_prompt, "n_gen": n_gen, "samples_ts": [run() for _ in range(repetitions)],
            "build_commit": importlib.metadata.version("gpt4all")}


print(json.dumps([test(prefill, prompt, 0), test(generation, 0, generated)]))
