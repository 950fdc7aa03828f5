"""What multiple-choice sources share: the task texts of MMedBench's six languages."""

from __future__ import annotations

from medcorpus import Task

QUESTION = {"en": "Question", "zh": "问题", "ja": "問題", "fr": "Question", "ru": "Вопрос", "es": "Pregunta"}
OPTIONS = {"en": "Options", "zh": "选项", "ja": "選択肢", "fr": "Options", "ru": "Варианты", "es": "Opciones"}
ANSWER = {
    "en": "The right answer is {answer}",
    "zh": "正确答案是 {answer}",
    "ja": "正解は {answer}",
    "fr": "La bonne réponse est {answer}",
    "ru": "Правильный ответ: {answer}",
    "es": "La respuesta correcta es {answer}",
}


def task(task_id: str, name: str, lang: str, domain: str = "Medical Knowledge", context: bool = False) -> Task:
    """Give the task of answering an exam question by letter and text of every right option."""
    passage = "{context}\n\n" if context else ""
    return Task(
        id=task_id,
        name=name,
        category="Question Answering",
        domain=domain,
        input=f"{passage}{QUESTION[lang]}: {{question}}\n{OPTIONS[lang]}:\n{{options}}",
        output=ANSWER[lang],
        joiner="; ",
        phrasings="exam",
        lang=lang,
        bench=True,
    )
